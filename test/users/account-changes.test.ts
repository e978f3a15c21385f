import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { EntityManager } from '@mikro-orm/postgresql';
import fc from 'fast-check';
import { MemoryEvents } from '../../src/adapters/events/memory.js';
import { AccountChanges } from '../../src/users/account-changes.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const WRITERS = 4;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const openLog = (events = new MemoryEvents()) =>
  new AccountChanges(gateway.services.db, events, () => gateway.clock.now);

/** Polls once. @returns the ids of the users that have changed. */
async function poll(log: AccountChanges): Promise<number[]> {
  const read: number[] = [];
  log.onRead(async (changes) => void read.push(...changes.map(({ userId }) => userId)));
  await log.poll();
  return read;
}

/** A step of one of several transactions that are open at the same time, or a poll. */
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('record', 'commit', 'rollback'), writer: fc.nat(WRITERS - 1) }),
  fc.constant({ kind: 'poll', writer: 0 }),
);

/** Transactions that record changes, and end in any order. */
class Writers {
  readonly committed: number[] = [];
  readonly #open = new Map<number, { readonly em: EntityManager; readonly changes: number[] }>();
  #changed = 0;

  constructor(private readonly log: AccountChanges) {}

  async record(writer: number): Promise<void> {
    const transaction = this.#open.get(writer) ?? { em: gateway.services.db.em.fork(), changes: [] };
    if (!this.#open.has(writer)) await transaction.em.begin();
    this.#open.set(writer, transaction);
    this.#changed += 1;
    transaction.changes.push(this.#changed);
    await this.log.record(transaction.em, this.#changed);
  }

  async end(writer: number, kind: 'commit' | 'rollback'): Promise<void> {
    const transaction = this.#open.get(writer);
    if (!transaction) return;
    this.#open.delete(writer);
    await transaction.em[kind]();
    if (kind === 'commit') this.committed.push(...transaction.changes);
  }
}

test('every committed change is read once, in whatever order transactions begin and commit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const [reader, log] = [openLog(), openLog()];
      await poll(reader);
      const writers = new Writers(log);
      const read: number[] = [];
      const expectAllRead = async () => {
        read.push(...(await poll(reader)));
        expect(read.toSorted()).toEqual(writers.committed.toSorted());
      };
      for (const { kind, writer } of steps) {
        if (kind === 'poll') await expectAllRead();
        else if (kind === 'record') await writers.record(writer);
        else await writers.end(writer, kind === 'commit' ? 'commit' : 'rollback');
      }
      for (let writer = 0; writer < WRITERS; writer++) await writers.end(writer, 'commit');
      await expectAllRead();
      expect(await poll(log)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test('changes that could not be applied are read again', async () => {
  const [reader, writer] = [openLog(), openLog()];
  await poll(reader);
  await writer.record(gateway.services.db.em.fork(), 1);
  reader.onRead(() => Promise.reject(new Error('no')));
  await expect(reader.poll()).rejects.toThrow('no');
  expect(await poll(reader)).toEqual([1]);
  expect(await poll(reader)).toEqual([]);
});

test('an announcement lets the other processes read at once, but not the one that made it', async () => {
  const events = new MemoryEvents();
  const [reader, writer] = [openLog(events), openLog(events)];
  await poll(reader);
  await poll(writer);
  const applied = Promise.withResolvers<number[]>();
  reader.onRead(async (changes) => applied.resolve(changes.map(({ userId }) => userId)));
  const polls = jest.spyOn(writer, 'poll');
  await writer.record(gateway.services.db.em.fork(), 5);
  writer.announce();
  expect(await applied.promise).toEqual([5]);
  expect(polls).not.toHaveBeenCalled();
});

test('a change of the version before, which names no process, is read', async () => {
  const reader = openLog();
  await poll(reader);
  await gateway.services.db.em
    .fork()
    .execute(
      'insert into session_revocations (session_id, user_id, at) values (gen_random_uuid(), 7, now())',
    );
  expect(await poll(reader)).toEqual([7]);
});

test('an end whose reason only a newer version knows is read as a revocation', async () => {
  const reader = openLog();
  await poll(reader);
  await gateway.services.db.em
    .fork()
    .execute(
      `insert into session_revocations (session_id, user_id, reason, at) values (gen_random_uuid(), 8, 'LOST', now())`,
    );
  const reasons: unknown[] = [];
  reader.onRead(async (changes) => void reasons.push(...changes.map(({ ended }) => ended?.reason)));
  await reader.poll();
  expect(reasons).toEqual(['REVOKED']);
});
