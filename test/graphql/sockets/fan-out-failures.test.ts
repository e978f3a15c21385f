import { afterEach, expect, jest, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { pino } from 'pino';
import type { Context } from '../../../src/graphql/context.js';
import { FanOut } from '../../../src/graphql/sockets/fan-out.js';
import type { Frames } from '../../../src/graphql/sockets/frames.js';
import { type Batch, EventStream } from '../../../src/streams/event-stream.js';

const outage = new Error('The database is away.');
const empty: Batch<unknown> = { publications: [], offset: 0, status: 'current' };

class TestStream extends EventStream<unknown> {
  readonly scope = '';
  append = () => {};

  constructor(
    readonly open: () => Promise<Batch<unknown>>,
    readonly since: () => Promise<Batch<unknown>>,
  ) {
    super();
  }

  onAppend(listener: () => void): () => void {
    this.append = listener;
    return () => {};
  }
}

const log = pino({ level: 'silent' });
const executor = { executeEvent: async () => ({ result: { data: { a: null } } }) };
const sharing = { cursorVariable: null, isPerCaller: false };
const contextValue = { caller: null, publicUrl: '' } as Context;
const args = {
  schema: buildSchema('type Query { a: Int }'),
  document: parse('{ a }'),
  contextValue,
  sharing,
};

const silent = { attach() {}, detach() {}, push() {}, async drained() {} };

const join = (stream: EventStream<unknown>) =>
  new FanOut(executor, log).join({
    args,
    stream,
    recipient: { writer: silent, prefix: '' },
  });

afterEach(() => {
  jest.useRealTimers();
});

test('repeats a failed read once a second, however many events are appended, until the last member leaves', async () => {
  jest.useFakeTimers();
  let reads = 0;
  const stream = new TestStream(
    async () => empty,
    async () => {
      reads += 1;
      throw outage;
    },
  );
  const member = join(stream);
  await jest.advanceTimersByTimeAsync(1);
  for (let appends = 0; appends < 20; appends++) {
    stream.append();
    await jest.advanceTimersByTimeAsync(10);
  }
  reads = 0;
  await jest.advanceTimersByTimeAsync(5000);
  expect(reads).toBe(5);
  await member.return?.();
  expect(jest.getTimerCount()).toBe(0);
});

test('does not report a failed first read to a member that has left, whose id may be in use again', async () => {
  const opening = Promise.withResolvers<never>();
  const member = join(
    new TestStream(
      () => opening.promise,
      () => opening.promise,
    ),
  );
  const settled = jest.fn();
  member.next().then(settled, settled);
  await member.return?.();
  opening.reject(outage);
  await new Promise(setImmediate);
  expect(settled).not.toHaveBeenCalled();
});

test('ends the members of a stream that has ended, after their last message', async () => {
  const sent: string[] = [];
  const stream = new TestStream(
    async () => ({ ...empty, offset: 1 }),
    async () => ({ publications: [{ event: {}, offset: 2 }], offset: 2, status: 'ended' }),
  );
  const writer = { ...silent, push: (frames: Frames) => void sent.push(String(frames.withPrefix(''))) };
  const fanOut = new FanOut(executor, log);
  const members = [1, 2].map(() => fanOut.join({ args, stream, recipient: { writer, prefix: '' } }));
  expect(await Promise.all(members.map((member) => member.next()))).toMatchObject([
    { done: true },
    { done: true },
  ]);
  expect(sent).toEqual(Array(2).fill(expect.stringContaining('{"data":{"a":null}}}')));
});
