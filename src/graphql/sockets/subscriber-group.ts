import { setImmediate } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { ExecutionArgs } from 'graphql';
import type { Batch, EventStream } from '../../streams/event-stream.js';
import type { Context } from '../context.js';
import type { Pipeline } from '../execution/pipeline.js';
import type { Sharing } from '../execution/sharing.js';
import { nextRest } from './frames.js';
import { Member, type MessageBatch, type Recipient } from './member.js';
import { type Message, Messages } from './messages.js';

/** Delay before a failed read is repeated. */
const RETRY_MS = 1000;

/** A subscription of one socket. */
export interface Subscriber {
  readonly args: SubscriptionArgs;
  readonly stream: EventStream<unknown>;
  readonly recipient: Recipient;
}

export interface SubscriptionArgs extends ExecutionArgs {
  readonly contextValue: Context;
  readonly sharing: Sharing;
}

/** What groups have delivered, in total. */
export interface Delivered {
  /** Reads of streams, and the milliseconds from the start of each one to its last message. */
  reads: number;
  ms: number;
  /** Events that were executed, and messages that they became. */
  events: number;
  messages: number;
}

/** Subscribers whose messages are equal, but for the prefix. */
export class SubscriberGroup {
  readonly #stream: EventStream<unknown>;
  readonly #args: SubscriptionArgs;
  /** Members that have reached the group's offset. */
  readonly #members = new Set<Member>();
  /** Members that are still reading on their own. */
  readonly #joining = new Set<Member>();
  /** First batches that are being read, by cursor. */
  readonly #openings = new Map<string, Promise<MessageBatch>>();
  /** What the members have been sent; null before the first batch. */
  #offset: number | null = null;
  #isReading = false;
  /** Whether events may follow the latest read. */
  #isBehind = false;
  /** Shared by all failed reads: during an outage there may be many. */
  #retry: NodeJS.Timeout | undefined;
  readonly #unsubscribe: () => void;

  /** @param delivered is added to. @param onEmpty called once the last member has left. */
  constructor(
    { stream, args }: Subscriber,
    private readonly pipeline: Pick<Pipeline, 'executeEvent'>,
    private readonly log: FastifyBaseLogger,
    private readonly delivered: Delivered,
    private readonly onEmpty: () => void,
  ) {
    this.#stream = stream;
    this.#args = args;
    this.#unsubscribe = stream.onAppend(() => {
      for (const member of this.#joining) member.notify();
      void this.#read();
    });
  }

  /** The number of subscribers. */
  get size(): number {
    return this.#members.size + this.#joining.size;
  }

  /** @param cursor the subscriber's, in any form that is equal for equal cursors. */
  join({ recipient, stream }: Subscriber, cursor: string): Member {
    const member = new Member(recipient, () => this.#remove(member));
    this.#startCatchUp(member, stream, this.#open(stream, cursor));
    return member;
  }

  #startCatchUp(member: Member, stream: EventStream<unknown>, first: Promise<MessageBatch>): void {
    this.#joining.add(member);
    this.#catchUp(member, stream, first)
      .catch((error: unknown) => member.fail(error))
      .finally(() => {
        this.#joining.delete(member);
        this.#closeIfEmpty();
      });
  }

  /** Lets a member read on its own, as fast as its socket, until it has reached the group's offset. */
  async #catchUp(member: Member, stream: EventStream<unknown>, first: Promise<MessageBatch>): Promise<void> {
    let batch = await first;
    while (!member.hasLeft) {
      member.send(batch);
      batch.onSent(1);
      if (batch.readNext) {
        await setImmediate();
        await member.drained();
        if (!member.hasLeft) batch = await batch.readNext();
        continue;
      }
      this.#offset ??= member.offset;
      if (batch.status === 'ended') return end([member]);
      if (member.offset >= this.#offset) {
        this.#members.add(member);
        void this.#read();
        return;
      }
      await setImmediate();
      await member.drained();
      member.expectAppend();
      batch = await this.#execute(stream.since(member.offset));
      // The group may have a snapshot of transitions that are not published yet, or may have skipped filtered events.
      if (batch.offset === member.offset) await member.appended();
    }
  }

  /** Members that join while a first batch is read share it. */
  #open(stream: EventStream<unknown>, cursor: string): Promise<MessageBatch> {
    const pending = this.#openings.get(cursor);
    if (pending) return pending;
    const opening = this.#execute(stream.open()).finally(() => this.#openings.delete(cursor));
    this.#openings.set(cursor, opening);
    return opening;
  }

  /** Sends the members what was appended since the last read. */
  async #read(): Promise<void> {
    this.#isBehind = true;
    if (this.#isReading || this.#offset === null) return;
    this.#isReading = true;
    try {
      while (this.#isBehind && this.#members.size > 0) {
        this.#isBehind = false;
        const startedAt = performance.now();
        const batch = await this.#execute(this.#stream.since(this.#offset));
        if (batch.readNext) return this.#restart(batch);
        this.#offset = batch.offset;
        for (const member of this.#members) member.send(batch);
        this.#count(batch, startedAt);
        batch.onSent(this.#members.size);
        if (batch.status === 'ended') await end(this.#members);
        if (batch.status === 'behind') this.#isBehind = true;
        // Between the batches of a mass expiry, the event loop serves others.
        if (this.#isBehind) await setImmediate();
      }
    } catch (err) {
      this.log.error({ err }, 'live events could not be read; the read will be repeated');
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        void this.#read();
      }, RETRY_MS).unref();
    } finally {
      this.#isReading = false;
    }
  }

  #count({ messages }: MessageBatch, startedAt: number): void {
    this.delivered.reads += 1;
    this.delivered.ms += performance.now() - startedAt;
    this.delivered.events += messages.count;
    this.delivered.messages += messages.count * this.#members.size;
  }

  /** Lets each member read a batch in parts as fast as its socket: together, they would wait for the slowest. */
  #restart(batch: MessageBatch): void {
    const members = [...this.#members];
    this.#members.clear();
    this.#offset = null;
    for (const member of members) this.#startCatchUp(member, this.#stream, Promise.resolve(batch));
  }

  async #execute(batch: Promise<Batch<unknown>>): Promise<MessageBatch> {
    const { publications, offset, status, readNext } = await batch;
    const messages: Message[] = [];
    const sent: ((subscribers: number) => void)[] = [];
    for (const publication of publications) {
      const { result, onSent } = await this.pipeline.executeEvent(this.#args, publication);
      messages.push({ rest: nextRest(result), offset: publication.offset });
      if (onSent) sent.push(onSent);
    }
    let next: Promise<MessageBatch> | undefined;
    return {
      messages: new Messages(messages),
      offset,
      status,
      onSent(subscribers) {
        for (const report of sent.splice(0)) report(subscribers);
      },
      readNext: readNext
        ? () => {
            next ??= this.#execute(readNext());
            return next;
          }
        : null,
    };
  }

  #remove(member: Member): void {
    this.#members.delete(member);
    this.#closeIfEmpty();
  }

  #closeIfEmpty(): void {
    if (this.#members.size > 0 || this.#joining.size > 0) return;
    clearTimeout(this.#retry);
    this.#unsubscribe();
    this.onEmpty();
  }
}

/** Ends members once their last messages have left: graphql-ws sends `complete` at once. */
async function end(members: Iterable<Member>): Promise<void> {
  await setImmediate();
  for (const member of members) member.end();
}
