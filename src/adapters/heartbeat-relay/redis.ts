import { randomUUID } from 'node:crypto';
import type { HeartbeatRelay, RecordedHeartbeats } from '../../devices/heartbeat-relay.js';
import type { RedisConnection } from '../../redis/connection.js';
import { type Events, sharedTopic } from '../../streams/events.js';
import { BeatChannel } from './beat-channel.js';
import { decodeBeats, encodeBeats, type RelayedBeat } from './beat-message.js';

/** The other node notifies its subscribers up to 200 ms later, and half a second is the limit, on a busy host too. */
const SEND_MS = 50;
/** Heartbeats in one message, which takes at most 50 KB then. */
const MAX_BEATS = 5000;

/** The time between two reports of a node that it has subscribers. */
const RENEW_MS = 2000;
/** After this time without a report, a node has no subscribers. */
const FORGET_MS = 5000;
/** A connection that has not delivered the messages of its own node for this long delivers nothing. */
const DEAF_MS = 3 * RENEW_MS;

/** A node that has subscribers; null asks all nodes whether they have. */
const FOLLOWING = sharedTopic<string>('nodes that follow heartbeats');

/**
 * Relays heartbeats over one channel of Redis. A node with subscribers listens to it, and reports so to the others, which
 * send only then. Each sends the latest heartbeats of the devices that it has received itself. A message that is missed is
 * not repeated: the next heartbeats replace it.
 */
export class RedisHeartbeatRelay implements HeartbeatRelay {
  readonly #node = randomUUID();
  readonly #channel: BeatChannel;
  readonly #followers = new Set<symbol>();
  readonly #sending: NodeJS.Timeout;
  #renewal: NodeJS.Timeout | undefined;
  readonly #unsubscribe: () => void;
  /** By `performance.now()`. */
  #wantedUntil = 0;
  /** Heartbeats up to this offset have been sent, or were not wanted. */
  #sentOffset = 0;
  /** The offset when `#send` was last called. */
  #latestOffset = 0;

  /** @param fleetId separates fleets in the databases of one server, which share their channels. */
  constructor(
    { client, subscriber }: Pick<RedisConnection, 'client' | 'subscriber'>,
    fleetId: string,
    private readonly events: Events,
    private readonly recorded: RecordedHeartbeats,
  ) {
    const name = `gatehouse:heartbeats:${fleetId}`;
    this.#channel = new BeatChannel(client, subscriber, name, (message) => this.#receive(message));
    this.#unsubscribe = events.subscribe(FOLLOWING, (node) => this.#learn(node));
    this.#sending = setInterval(() => this.#send(), SEND_MS);
    events.publish(FOLLOWING, null);
  }

  follow(): () => void {
    const follower = Symbol();
    this.#followers.add(follower);
    if (!this.#renewal) {
      this.#renewal = setInterval(() => this.#renew(), RENEW_MS);
      this.#listen();
    }
    return () => this.#followers.delete(follower);
  }

  stop(): void {
    this.#unsubscribe();
    clearInterval(this.#sending);
    this.#stopListening();
  }

  #listen(): void {
    this.#channel.open().then(
      () => this.#reportFollowers(),
      // The next renewal tries again.
      () => {},
    );
  }

  #renew(): void {
    if (this.#followers.size === 0) this.#stopListening();
    else if (!this.#channel.hasHeard(DEAF_MS)) this.#listen();
    else {
      this.#reportFollowers();
      this.#publish([]);
    }
  }

  #stopListening(): void {
    clearInterval(this.#renewal);
    this.#renewal = undefined;
    this.#channel.close();
  }

  #reportFollowers(): void {
    if (this.#followers.size > 0) this.events.publish(FOLLOWING, this.#node);
  }

  #learn(node: string | null): void {
    if (node === null) this.#reportFollowers();
    else if (node !== this.#node) this.#wantedUntil = performance.now() + FORGET_MS;
  }

  #send(): void {
    const { beats } = this.recorded;
    const unsent = performance.now() < this.#wantedUntil ? this.#beatsSince(this.#sentOffset) : null;
    // A subscriber may just have come: its node is heard of some milliseconds later.
    this.#sentOffset = unsent ? beats.offset : this.#latestOffset;
    this.#latestOffset = beats.offset;
    if (!unsent) return;
    for (let from = 0; from < unsent.length; from += MAX_BEATS) {
      this.#publish(unsent.slice(from, from + MAX_BEATS));
    }
  }

  #publish(beats: readonly RelayedBeat[]): void {
    this.#channel.send(encodeBeats({ node: this.#node, sentAt: this.recorded.clock(), beats }));
  }

  /** The latest heartbeat of each device, unless another node has received it. */
  #beatsSince(offset: number): RelayedBeat[] {
    const { beats, devices } = this.recorded;
    const isSelected = (device: number) => devices.isSeenHere(device);
    const found = beats.since(offset, { ownerId: null, isSelected }, Number.POSITIVE_INFINITY);
    return found.devices.map((device) => ({
      id: devices.idOf(device),
      ownerId: devices.ownerOf(device),
      at: devices.lastSeen(device),
    }));
  }

  #receive(bytes: Buffer): void {
    const message = decodeBeats(bytes);
    if (!message || message.node === this.#node) return;
    const { beats, devices } = this.recorded;
    for (const { id, ownerId, at } of message.beats) {
      const device = devices.intern(id);
      const known = devices.lastSeen(device);
      // A known time that is later than the message comes from a clock that was wrong.
      if (at <= known && known <= message.sentAt) continue;
      devices.setOwner(device, ownerId);
      devices.setSeenElsewhere(device, at);
      beats.append(device, ownerId);
    }
  }
}
