import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { getOperationAST, parse } from 'graphql';
import { type ExecutionKind, executionKind } from '../../../src/graphql/execution/execution-kind.js';
import { ExecutionTurns } from '../../../src/graphql/execution/execution-turns.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { databaseTurns } from '../../../src/rate-limits/database-turns.js';
import { openSession } from '../../support/callers.js';
import { RawLive } from '../../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

describe('execution turns', () => {
  /** Runs operations, whose names are noted as they start. */
  function start(turns: ExecutionTurns) {
    const started: string[] = [];
    const ends = new Map<string, () => void>();
    // Names are such as `a1`: the first operation of the payer a.
    const run = (name: string, complexity: number, kind: ExecutionKind = 'read') =>
      turns.run({ payer: name.slice(0, 1), complexity, kind }, () => {
        started.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      });
    const end = async (name: string) => {
      ends.get(name)?.();
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    };
    return { started, run, end };
  }

  test('execute what fits, and then in the order in which it came', async () => {
    const { started, run, end } = start(new ExecutionTurns(databaseTurns()));
    for (const [name, complexity] of [
      ['a1', 6000],
      ['b1', 4000],
      ['c1', 9000],
      ['d1', 300],
    ] as const) {
      void run(name, complexity);
    }
    await end('none');
    expect(started).toEqual(['a1', 'b1']);
    await end('b1');
    expect(started).toEqual(['a1', 'b1']);
    await end('a1');
    expect(started).toEqual(['a1', 'b1', 'c1', 'd1']);
  });

  test('make ten changes at a time, beside queries and logins', async () => {
    const { started, run, end } = start(new ExecutionTurns(databaseTurns()));
    for (let index = 0; index < 12; index++) void run(`a${index}`, 1, 'change');
    void run('b1', 1, 'change');
    void run('c1', 1, 'read');
    void run('d1', 1, 'immediate');
    expect(started.slice(9)).toEqual(['a9', 'c1', 'd1']);
    await end('a0');
    await end('a1');
    expect(started.slice(12)).toEqual(['a10', 'b1']);
  });

  test.each([
    ['query { a }', 'read'],
    ['mutation { heartbeat __typename }', 'immediate'],
    ['mutation { ...Change } fragment Change on Mutation { login ... { updateProfile } }', 'change'],
  ])('take %s for one that is %s', (text, kind) => {
    const document = parse(text);
    const operation = getOperationAST(document);
    expect(operation && executionKind(document, operation)).toBe(kind);
  });

  test('execute one operation of each payer after the other', async () => {
    const { started, run, end } = start(new ExecutionTurns(databaseTurns()));
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) void run(name, 10_000);
    const order = ['a1', 'a2', 'b1', 'c1', 'a3', 'b2'];
    for (const [at, name] of order.entries()) {
      await end(order[at - 1] ?? 'none');
      expect(started.at(-1)).toBe(name);
    }
  });

  test('do not delay small operations, and execute one that exceeds the capacity', async () => {
    const { started, run, end } = start(new ExecutionTurns(databaseTurns()));
    void run('a1', 1_000_000);
    void run('a2', 1_000_000);
    void run('b1', 200);
    await end('none');
    expect([...started].sort()).toEqual(['a1', 'b1']);
    await end('a1');
    expect(started.at(-1)).toBe('a2');
  });
});

describe('over HTTP, in a batch and over WebSocket', () => {
  const COMPLEX = `{ ${Array.from({ length: 10 }, (_, at) => `a${at}: devices(first: 100) { edges { node { id name api online } } }`).join(' ')} }`;
  const FAILING = `{ ${Array.from({ length: 9 }, (_, at) => `a${at}: devices(first: 100, after: "x") { edges { node { id name api online } } }`).join(' ')} }`;
  let gateway: TestGateway;
  let host: string;
  let token: string;

  beforeAll(async () => {
    gateway = await startGateway();
    host = await gateway.listen();
    await gateway.createUser({ username: 'root', roles: ['ADMIN'] });
    token = (await openSession(gateway, 'root', graphqlSessionPolicy)).accessToken;
  });
  afterAll(() => gateway.close());

  const post = (body: object) => gateway.post('/graphql', body, { authorization: token });

  test('complex operations are executed one after the other, and a heartbeat meanwhile', async () => {
    const { devices } = gateway.services;
    const list = devices.list.bind(devices);
    let [reading, most] = [0, 0];
    const gate = Promise.withResolvers<void>();
    jest.spyOn(devices, 'list').mockImplementation(async (...args) => {
      reading += 1;
      most = Math.max(most, reading);
      await gate.promise;
      return list(...args).finally(() => {
        reading -= 1;
      });
    });
    const live = await RawLive.open(host, token);
    live.subscribe('a', COMPLEX);
    live.subscribe('b', COMPLEX);
    const single = post({ query: COMPLEX });
    const batch = post([{ query: COMPLEX }, { query: COMPLEX }]);
    const beat = await post({ query: 'mutation { heartbeat(input: {}) { intervalSeconds } }' });
    expect(beat.json().data.heartbeat.intervalSeconds).toBe(30);
    gate.resolve();
    for (const answer of [(await single).json(), ...(await batch).json()])
      expect(answer.errors).toBeUndefined();
    const messages = [await live.next(), await live.next(), await live.next(), await live.next()];
    expect(messages.filter((message) => message?.includes('"data":{"a0"'))).toHaveLength(2);
    expect(most).toBe(10);
    jest.restoreAllMocks();
    await live.close();
  });

  test('an operation that fails ends its turn', async () => {
    for (let round = 0; round < 3; round++) {
      expect((await post({ query: FAILING })).json().errors).toHaveLength(1);
    }
    const live = await RawLive.open(host, token);
    for (let round = 0; round < 3; round++) {
      live.subscribe('a', FAILING);
      expect(await live.next()).toContain('INVALID_INPUT');
      await live.next();
    }
    expect((await post({ query: COMPLEX })).json().data.a9.edges).toBeDefined();
    await live.close();
  });
});
