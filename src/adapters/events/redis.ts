import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RedisClient } from '../../redis/client.js';
import { type Events, sharedTopic, type Topic } from '../../streams/events.js';
import { MemoryEvents } from './memory.js';

const PULSE_MS = 1000;
/** A subscription that has delivered no pulse of its own node for this long delivers nothing. */
const DEAF_MS = 4 * PULSE_MS;
/** A node that has sent no pulse for this long has ended. */
const FORGET_MS = 60 * PULSE_MS;
/** After a start, the other nodes are heard of within this time. */
const START_MS = 3 * PULSE_MS;

/** Time between two warnings about messages that this version cannot read. */
const WARN_MS = 600_000;

/** An event, or a pulse, which has no topic. A newer version may send more. */
const Message = z.object({
  node: z.string(),
  /** Counts the messages of the node, from 1. */
  number: z.int(),
  topic: z.string().nullable(),
  /** Null for an event of a type that this version does not know. */
  event: z.union([z.string(), z.number(), z.null()]).catch(null),
});

/** The last message of a node. Times by `performance.now()`. */
interface LastMessage {
  readonly number: number;
  readonly receivedAt: number;
}

/**
 * Events of all nodes, over one channel of Redis, which delivers a message at most once. So each node numbers its
 * messages, and sends a pulse every second. Where a number is missing, an event may be: the subscribers of all shared
 * topics are given null. A node receives its own messages, too, and so notices when it receives nothing.
 */
export class RedisEvents implements Events {
  readonly #node = randomUUID();
  readonly #channel: string;
  readonly #local = new MemoryEvents();
  readonly #shared = new MemoryEvents();
  readonly #ofOthers = new MemoryEvents();
  readonly #lastMessages = new Map<string, LastMessage>();
  #sent = 0;
  #startedAt = 0;
  #deafSince = 0;
  #warnedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #subscriber: RedisClient | undefined;

  /**
   * @param openSubscriber creates a client of its own, not yet connected.
   * @param fleetId separates fleets in the databases of one server, which share their channels.
   * @param warn receives what the operator should know.
   */
  constructor(
    private readonly client: RedisClient,
    private readonly openSubscriber: () => RedisClient,
    fleetId: string,
    private readonly warn: (sentence: string) => void,
  ) {
    this.#channel = `gatehouse:events:${fleetId}`;
  }

  /** From now on, receives the events of other nodes. */
  async start(): Promise<void> {
    await this.#subscribe();
    this.#startedAt = performance.now();
    this.#timer = setInterval(() => this.#pulse(), PULSE_MS);
    this.#pulse();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#subscriber?.disconnect();
  }

  publish<T>(topic: Topic<T>, event: T): void {
    const events = topic.isShared ? this.#shared : this.#local;
    events.publish(topic, event);
    if (topic.isShared) this.#send(topic.name, event);
  }

  subscribe<T>(topic: Topic<T>, listener: (event: T) => void): () => void {
    return (topic.isShared ? this.#shared : this.#local).subscribe(topic, listener);
  }

  subscribeToOthers<T>(topic: Topic<T>, listener: (event: T) => void): () => void {
    return this.#ofOthers.subscribe(topic, listener);
  }

  async #subscribe(): Promise<void> {
    const subscriber = this.openSubscriber();
    this.#subscriber?.disconnect();
    this.#subscriber = subscriber;
    this.#deafSince = performance.now();
    subscriber.on('smessage', (_channel: string, text: string) => this.#receive(text));
    await subscriber.connect();
    // Sharded, because a cluster keeps the order of these messages only.
    await subscriber.ssubscribe(this.#channel);
  }

  #send(topic: string | null, event: unknown): void {
    this.#sent += 1;
    const message = JSON.stringify({ node: this.#node, number: this.#sent, topic, event });
    // The next message that arrives tells the others that they have missed one.
    this.client.spublish(this.#channel, message).catch(() => {});
  }

  #pulse(): void {
    const now = performance.now();
    this.#send(null, null);
    for (const [node, { receivedAt }] of this.#lastMessages) {
      if (receivedAt < now - FORGET_MS) this.#lastMessages.delete(node);
    }
    if (this.#deafSince >= now - DEAF_MS) return;
    // The client of a cluster may come back without its subscription. If this fails, another attempt follows.
    this.#subscribe().catch(() => {});
    // Without Redis, subscribers read every few seconds what has changed.
    this.#makeUpForMissed();
  }

  #receive(text: string): void {
    const message = parse(text);
    if (!message) {
      this.#warnOfUnreadable();
      return;
    }
    const { node, number, topic, event } = message;
    const now = performance.now();
    const last = this.#lastMessages.get(node);
    this.#lastMessages.set(node, { number, receivedAt: now });
    // A node that has just started learns the number of this one.
    if (!last && node !== this.#node) this.#send(null, null);
    const expected = last ? last.number + 1 : this.#firstNumber(number);
    if (number !== expected) this.#makeUpForMissed();
    if (node === this.#node) this.#deafSince = now;
    else if (number === expected && topic !== null) this.#deliver(topic, event);
  }

  /** The number of an unreadable message is missing, so that the next one makes up for it. */
  #warnOfUnreadable(): void {
    const now = performance.now();
    if (now < this.#warnedAt + WARN_MS) return;
    this.#warnedAt = now;
    this.warn('An event of another node could not be read: a newer version may have sent it.');
  }

  /** The expected number of the first message from a node: any, if the node may be older than this one. */
  #firstNumber(received: number): number {
    return performance.now() < this.#startedAt + START_MS ? received : 1;
  }

  #makeUpForMissed(): void {
    const names = [...this.#shared.names(), ...this.#ofOthers.names()];
    for (const name of new Set(names)) this.#deliver(name, null);
  }

  #deliver(name: string, event: string | number | null): void {
    for (const events of [this.#shared, this.#ofOthers]) {
      events.publish(sharedTopic<string | number>(name), event);
    }
  }
}

/** @returns null for text that is not a message. */
function parse(text: string): z.output<typeof Message> | null {
  try {
    return Message.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
