import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { RedisEvents } from '../../../src/adapters/events/redis.js';
import { decodeBeats, encodeBeats } from '../../../src/adapters/heartbeat-relay/beat-message.js';
import { MemoryHeartbeatRelay } from '../../../src/adapters/heartbeat-relay/memory.js';
import { RedisHeartbeatRelay } from '../../../src/adapters/heartbeat-relay/redis.js';
import type { HeartbeatRelay } from '../../../src/devices/heartbeat-relay.js';
import { eventually } from '../../support/eventually.js';
import { describeWithRedis } from '../../support/infrastructure/redis.js';
import { type SharedNodes, shareRedis } from '../../support/infrastructure/shared-nodes.js';
import { RecordingNode, type TestBeat } from './recording-node.js';

/** The device whose heartbeats show that nodes are connected. */
const PROBE = 1_000_000;
const CHANNEL = 'gatehouse:heartbeats:fleet';

/** Heartbeats of several devices at one time. */
const beatsOf = (count: number, at = Date.now()): TestBeat[] =>
  Array.from({ length: count }, (_, n) => ({ id: n + 1, ownerId: (n % 7) + 1, at }));
const [first, second] = beatsOf(2) as [TestBeat, TestBeat];

type Node = RecordingNode<HeartbeatRelay>;

function contract(open: () => Promise<Node>): void {
  test('leaves the heartbeats of the node as they are, with subscribers and without', async () => {
    const node = await open();
    const unfollow = node.relay.follow();
    for (const beat of [first, second, first]) node.beat(beat);
    expect(node.read()).toEqual([second, first]);
    unfollow();
    unfollow();
    node.beat(first);
    expect(node.read()).toEqual([first]);
    expect(node.saved()).toEqual([first.id, second.id]);
  });
}

describe('the relay of the only node', () => {
  contract(async () => new RecordingNode(() => new MemoryHeartbeatRelay()));
});

describeWithRedis.each(['server', 'cluster'] as const)('a relay over Redis, on one %s', (kind) => {
  let shared: SharedNodes;
  const stops: (() => void)[] = [];
  beforeAll(async () => {
    shared = await shareRedis(kind);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    for (const stop of stops.splice(0)) stop();
  });
  afterAll(() => shared.stop());

  async function start(fleetId = 'fleet'): Promise<RecordingNode<RedisHeartbeatRelay>> {
    const connection = await shared.connect();
    const events = new RedisEvents(connection.client, connection.subscriber, fleetId, () => {});
    await events.start();
    const node = new RecordingNode(
      (recorded) => new RedisHeartbeatRelay(connection, fleetId, events, recorded),
    );
    stops.push(
      () => node.relay.stop(),
      () => events.stop(),
    );
    return node;
  }

  /** The heartbeats that are sent over the channel from now on. */
  async function listen(): Promise<TestBeat[]> {
    const subscriber = (await shared.connect()).subscriber();
    await subscriber.connect();
    await subscriber.ssubscribe(CHANNEL);
    const sent: TestBeat[] = [];
    subscriber.on('smessageBuffer', (_name: Buffer, message: Buffer) =>
      sent.push(...(decodeBeats(message)?.beats ?? [])),
    );
    return sent;
  }

  /** Waits until heartbeats of one node reach another. */
  async function connected(from: Node, to: Node): Promise<void> {
    await eventually(async () => {
      from.beat({ id: PROBE, ownerId: 1, at: Date.now() });
      return to.read().length > 0;
    });
  }

  /** Reads heartbeats until there are so many. */
  async function read(node: Node, count: number): Promise<TestBeat[]> {
    const beats: TestBeat[] = [];
    await eventually(async () => beats.push(...withoutProbes(node.read())) >= count);
    return beats;
  }

  contract(start);

  test('brings each heartbeat once to the nodes with subscribers, and to no other', async () => {
    const [sender, receiver, other, idle] = [await start(), await start(), await start(), await start()];
    for (const { relay } of [receiver, other]) relay.follow();
    for (const node of [receiver, other]) await connected(sender, node);
    const sent = await listen();
    for (const beat of [first, second, first]) sender.beat(beat);
    for (const node of [receiver, other]) expect(await read(node, 2)).toEqual([second, first]);
    // By then, a node that forwards what it has received would have done so.
    await connected(receiver, other);
    expect(withoutProbes(sent)).toEqual([second, first]);
    expect([idle.read(), receiver.saved()]).toEqual([[], [PROBE]]);
  });

  test('brings 10,000 heartbeats of one moment', async () => {
    const [sender, receiver] = [await start(), await start()];
    receiver.relay.follow();
    await connected(sender, receiver);
    const beats = beatsOf(10_000);
    for (const beat of beats) sender.beat(beat);
    expect(await read(receiver, beats.length)).toEqual(beats);
  });

  test('sends nothing while no other node has subscribers', async () => {
    const [sender, other] = [await start(), await start()];
    sender.relay.follow();
    const sent = await listen();
    await connected(other, sender);
    sender.beat(first);
    await connected(other, sender);
    await connected(other, sender);
    expect(withoutProbes(sent)).toEqual([]);
  });

  test('reaches a node that starts later', async () => {
    const receiver = await start();
    receiver.relay.follow();
    await connected(await start(), receiver);
    const late = await start();
    late.beat(first);
    expect(await read(receiver, 1)).toEqual([first]);
  });

  test('keeps the latest heartbeat of a device that moves between nodes, and its node', async () => {
    const [one, another, receiver] = [await start(), await start(), await start()];
    for (const { relay } of [one, another, receiver]) relay.follow();
    await connected(one, receiver);
    await connected(another, one);
    await connected(one, another);
    const now = Date.now();
    const earlier = { ...first, at: now - 2000 };
    const later = { ...first, at: now - 1000 };
    one.beat(earlier);
    expect(withoutProbes(one.read())).toEqual([earlier]);
    expect(await read(another, 1)).toEqual([earlier]);
    another.beat(later);
    expect(await read(one, 1)).toEqual([later]);
    expect([one.saved().includes(first.id), another.saved().includes(first.id)]).toEqual([false, true]);
    // A heartbeat that was received before, and is sent later.
    one.beat(earlier);
    one.beat(second);
    expect(await read(another, 2)).toEqual([later, second]);
  });

  test('ignores what is not a message of this version', async () => {
    const [sender, receiver] = [await start(), await start()];
    receiver.relay.follow();
    await connected(sender, receiver);
    const { client } = await shared.connect();
    const message = encodeBeats({ node: 'x'.repeat(36), sentAt: Date.now(), beats: [first] });
    const newer = Buffer.from(message);
    newer.writeUInt8(2, 0);
    for (const bytes of ['', '{}', message.subarray(1), newer]) await client.spublish(CHANNEL, bytes);
    sender.beat(second);
    expect(await read(receiver, 1)).toEqual([second]);
  });

  // A cluster that has stopped as a whole may take longer to come back than a test may last.
  if (kind === 'cluster') return;

  test('sends nothing after the last subscriber has left', async () => {
    const [sender, receiver] = [await start(), await start()];
    const strangers = [await start('another fleet'), await start('another fleet')] as const;
    strangers[1].relay.follow();
    const unfollow = receiver.relay.follow();
    await connected(sender, receiver);
    unfollow();
    // By then, the reports of its subscribers have arrived.
    await connected(...strangers);
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + 5000);
    const sent = await listen();
    sender.beat(first);
    for (let ticks = 0; ticks < 2; ticks++) await connected(...strangers);
    expect(sent).toEqual([]);
  });

  test('continues after Redis was away', async () => {
    const [sender, receiver] = [await start(), await start()];
    receiver.relay.follow();
    await connected(sender, receiver);
    for (const server of shared.servers) await server.kill();
    sender.beat(first);
    for (const server of shared.servers) await server.restart();
    await connected(sender, receiver);
  });
});

const withoutProbes = (beats: readonly TestBeat[]) => beats.filter(({ id }) => id !== PROBE);
