import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MemoryEvents } from '../../../src/adapters/events/memory.js';
import { RedisEvents } from '../../../src/adapters/events/redis.js';
import { type Events, sharedTopic, topic } from '../../../src/streams/events.js';
import { eventually } from '../../support/eventually.js';
import { describeWithRedis } from '../../support/infrastructure/redis.js';
import { type SharedNodes, shareRedis } from '../../support/infrastructure/shared-nodes.js';

const LOCAL = topic<string>('local');
const SHARED = sharedTopic<string | number>('shared');
const topics = [LOCAL, SHARED, sharedTopic<string | number>('other')];

function contract(open: () => Promise<Events>): void {
  test('delivers to each subscriber on the node, in order, before publish returns', async () => {
    const events = await open();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(2), fc.string())), async (published) => {
        const received: [number, string | number | null][] = [];
        const unsubscribe = topics.map((one, index) =>
          events.subscribe<string | number | null>(one, (event) => received.push([index, event])),
        );
        for (const [index, event] of published) {
          events.publish<string | number | null>(topics[index] ?? LOCAL, event);
          expect(received.at(-1)).toEqual([index, event]);
        }
        for (const end of unsubscribe) end();
        events.publish(LOCAL, 'later');
        expect(received).toEqual(published);
      }),
    );
  });
}

describe('events in memory', () => {
  contract(async () => new MemoryEvents());
});

describeWithRedis.each(['server', 'cluster'] as const)('events over Redis, on one %s', (kind) => {
  let shared: SharedNodes;
  const running: RedisEvents[] = [];
  beforeAll(async () => {
    shared = await shareRedis(kind);
  });
  afterAll(async () => {
    for (const events of running) events.stop();
    await shared.stop();
  });

  async function start(fleetId = 'fleet', warn: (sentence: string) => void = () => {}): Promise<RedisEvents> {
    const { client, subscriber } = await shared.connect();
    const events = new RedisEvents(client, subscriber, fleetId, warn);
    await events.start();
    running.push(events);
    return events;
  }

  contract(start);

  test('reach the other nodes of the fleet, in order, each once', async () => {
    const [sender, receiver, stranger] = [await start(), await start(), await start('another fleet')];
    const received: unknown[] = [];
    const receivedFromOthers: unknown[] = [];
    const receivedElsewhere: unknown[] = [];
    receiver.subscribe(LOCAL, (event) => received.push(event));
    receiver.subscribe(SHARED, (event) => received.push(event));
    receiver.subscribeToOthers(SHARED, (event) => receivedFromOthers.push(event));
    sender.subscribeToOthers(SHARED, (event) => receivedElsewhere.push(event));
    stranger.subscribe(SHARED, (event) => receivedElsewhere.push(event));
    sender.publish(LOCAL, 'stays');
    for (let count = 0; count < 100; count++) sender.publish(SHARED, count);
    sender.publish(SHARED, '李 "quoted"');
    await eventually(async () => received.at(-1) === '李 "quoted"');
    expect(received).toEqual([...Array(100).keys(), '李 "quoted"']);
    expect(receivedFromOthers).toEqual(received);
    expect(receivedElsewhere).toEqual([]);
  });

  test('of a newer version are read as far as possible, and warned of once', async () => {
    const warnings: string[] = [];
    const receiver = await start('fleet', (sentence) => warnings.push(sentence));
    const received: unknown[] = [];
    receiver.subscribe(SHARED, (event) => received.push(event));
    const { client } = await shared.connect();
    const newer = { node: 'newer', topic: 'shared', event: 'known', sentBy: 'a later version' };
    for (const [index, message] of [
      newer,
      { ...newer, event: { kind: 'unknown' } },
      { ...newer, topic: 'unknown' },
      { ...newer, topic: { name: 'shared' } },
      'no message',
      { ...newer, event: 'last' },
    ].entries()) {
      const text = typeof message === 'string' ? message : JSON.stringify({ ...message, number: index + 1 });
      await client.spublish('gatehouse:events:fleet', text);
    }
    // The last message shows that others are missing.
    await eventually(async () => received.length === 3);
    expect(received).toEqual(['known', null, null]);
    expect(warnings).toEqual([
      'An event of another node could not be read: a newer version may have sent it.',
    ]);
  });

  // A cluster that has stopped as a whole may take longer to come back than a test may last.
  if (kind === 'cluster') return;

  test('that are missed are made up for', async () => {
    const [sender, receiver] = [await start(), await start()];
    const received: unknown[] = [];
    const receivedFromOthers: unknown[] = [];
    receiver.subscribe(SHARED, (event) => received.push(event));
    receiver.subscribeToOthers(SHARED, (event) => receivedFromOthers.push(event));
    sender.publish(SHARED, 'first');
    await eventually(async () => received.splice(0).includes('first'));
    for (const server of shared.servers) await server.kill();
    sender.publish(SHARED, 'missed');
    sender.publish(SHARED, 'missed, too');
    // Every few seconds while Redis is away.
    await eventually(async () => received.splice(0).length > 0);
    for (const server of shared.servers) await server.restart();
    // Once for each node that has sent a message meanwhile.
    await eventually(async () => received.length > 0);
    expect(new Set(received)).toEqual(new Set([null]));
    expect(receivedFromOthers).toContain(null);
    await eventually(async () => {
      sender.publish(SHARED, 'seen');
      return received.includes('seen');
    });
  });
});
