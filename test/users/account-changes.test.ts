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

const events = new MemoryEvents();
const openLog = () => new AccountChanges(gateway.services.db, events, () => gateway.clock.now);

/** Polls once. @returns the ids of the users that have changed. */
async function poll(log: AccountChanges): Promise<number[]> {
  const read: number[] = [];
  log.onRead(async (changes) => void read.push(...changes.map(({ userId }) => userId)));
  await log.poll();
  return read;
}

/** A step of one of several transactions that are open at the same time, or a poll. */
const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom('record', 'commit', 'rollback'),
    writer: fc.nat(WRITERS - 1),
  }),
  fc.constant({ kind: 'poll', writer: 0 }),
);

test('every committed change is read once, in whatever order transactions begin and commit', async () => {
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const [reader, writer] = [openLog(), openLog()];
      await poll(reader);
      const open = new Map<number, { em: EntityManager; changes: number[] }>();
      const committed: number[] = [];
      const read: number[] = [];
      const end = async (index: number, kind: string) => {
        const transaction = open.get(index);
        if (!transaction) return;
        open.delete(index);
        if (kind === 'rollback') return transaction.em.rollback();
        await transaction.em.commit();
        committed.push(...transaction.changes);
      };
      for (const { kind, writer: index } of steps) {
        if (kind === 'poll') {
          read.push(...(await poll(reader)));
          expect(read.toSorted()).toEqual(committed.toSorted());
        } else if (kind === 'record') {
          if (!open.has(index)) {
            const em = gateway.services.db.em.fork();
            await em.begin();
            open.set(index, { em, changes: [] });
          }
          const transaction = open.get(index);
          changed += 1;
          if (transaction) await writer.record(transaction.em, changed);
          transaction?.changes.push(changed);
        } else {
          await end(index, kind);
        }
      }
      for (const index of [...open.keys()]) await end(index, 'commit');
      read.push(...(await poll(reader)));
      expect(read.toSorted()).toEqual(committed.toSorted());
      expect(await poll(writer)).toEqual([]);
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
  const [reader, writer] = [openLog(), openLog()];
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
