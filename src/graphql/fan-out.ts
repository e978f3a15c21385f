import type { FastifyBaseLogger } from 'fastify';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Batch, LiveSource } from '../adapters/events/live-source.js';
import { cursorVariable, executeEvent, presentResult } from './execute.js';
import { type Bytes, nextRest, type SocketWriter } from './socket-writer.js';

/** What subscribers of one group are sent for an event, but for the ids of their own, and the place after it. */
interface Message {
  readonly rest: Bytes;
  readonly place: number;
}

/** One subscription of one socket. */
interface Member {
  readonly writer: SocketWriter;
  readonly prefix: Bytes;
  /** What it has been sent goes up to here. */
  place: number;
}

/** A subscription to join a group with. */
export interface Subscriber {
  /** The document as it was sent. */
  readonly query: string;
  readonly args: ExecutionArgs;
  readonly source: LiveSource<unknown>;
  readonly writer: SocketWriter;
  /** The start of its messages. */
  readonly prefix: Bytes;
  /** What else the answer depends on, such as the base of links. */
  readonly variant: string;
}

/**
 * Subscribers with the same document, variables and authorization scope are one group: each event is executed once
 * for all of them, and the bytes of the answer are shared.
 */
export class FanOut {
  readonly #groups = new Map<string, Group>();

  constructor(private readonly log: FastifyBaseLogger) {}

  /**
   * Sends the subscriber everything from its start on.
   * @returns what the protocol's implementation reads instead: it yields nothing and does not end, lest the end of
   * one subscription be told of another that has its id by then.
   */
  join(subscriber: Subscriber): AsyncIterableIterator<ExecutionResult> {
    const key = groupKey(subscriber);
    const group =
      this.#groups.get(key) ??
      new Group(subscriber, this.log, () => {
        // Another one may have taken its place.
        if (this.#groups.get(key) === group) this.#groups.delete(key);
      });
    this.#groups.set(key, group);
    const failure = Promise.withResolvers<never>();
    const leave = group.join(subscriber, failure.reject);
    return {
      next: () => failure.promise,
      return: async () => {
        leave();
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

class Group {
  readonly #members = new Set<Member>();
  readonly #source: LiveSource<unknown>;
  readonly #args: ExecutionArgs;
  /** What the members have been sent goes up to here; null before the first one has its start. */
  #place: number | null = null;
  #joining = 0;
  #pumping = false;
  #news = false;
  readonly #unsubscribe: () => void;

  constructor(
    { source, args }: Subscriber,
    private readonly log: FastifyBaseLogger,
    private readonly ended: () => void,
  ) {
    this.#source = source;
    this.#args = args;
    this.#unsubscribe = source.onNews(() => void this.#pump());
  }

  /** @param failed called when the subscriber's start cannot be read. @returns leaves. */
  join({ source, args, writer, prefix }: Subscriber, failed: (error: unknown) => void): () => void {
    const member: Member = { writer, prefix, place: 0 };
    let here = true;
    this.#joining += 1;
    this.#start(member, source, args, () => here)
      .catch(failed)
      .finally(() => {
        this.#joining -= 1;
        this.#endIfEmpty();
      });
    return () => {
      here = false;
      this.#members.delete(member);
      this.#endIfEmpty();
    };
  }

  /** Sends a member what it alone is told first, until it stands where the group does. */
  async #start(
    member: Member,
    source: LiveSource<unknown>,
    args: ExecutionArgs,
    isHere: () => boolean,
  ): Promise<void> {
    let batch = await source.open();
    for (;;) {
      const messages = await this.#execute(batch, args);
      if (!isHere()) return;
      for (const { rest } of messages) member.writer.push(member.prefix, rest);
      member.place = batch.place;
      this.#place ??= batch.place;
      if (member.place >= this.#place) break;
      batch = await source.after(member.place);
    }
    this.#members.add(member);
    void this.#pump();
  }

  /** Executes what is new, once, and sends it to all members. */
  async #pump(): Promise<void> {
    this.#news = true;
    if (this.#pumping || this.#place === null) return;
    this.#pumping = true;
    try {
      while (this.#news && this.#members.size > 0) {
        this.#news = false;
        const batch = await this.#source.after(this.#place);
        const messages = await this.#execute(batch, this.#args);
        // A source hands out a batch at a time: after one there may be another.
        if (batch.place > this.#place) this.#news = true;
        this.#place = batch.place;
        for (const member of this.#members) send(member, messages, batch.place);
      }
    } catch (err) {
      this.log.error({ err }, 'live events could not be read; the next news tries again');
    } finally {
      this.#pumping = false;
    }
  }

  async #execute({ events }: Batch<unknown>, args: ExecutionArgs): Promise<Message[]> {
    const messages: Message[] = [];
    for (const { event, place } of events) {
      const result = presentResult(await executeEvent(args, event), this.log);
      messages.push({ rest: nextRest(result), place });
    }
    return messages;
  }

  #endIfEmpty(): void {
    if (this.#members.size > 0 || this.#joining > 0) return;
    this.#unsubscribe();
    this.ended();
  }
}

/** Those of the messages that the member has not been sent yet. */
function send(member: Member, messages: readonly Message[], place: number): void {
  for (const message of messages) {
    if (message.place > member.place) member.writer.push(member.prefix, message.rest);
  }
  member.place = Math.max(member.place, place);
}

function groupKey({ query, args, source, variant }: Subscriber): string {
  const { [cursorVariable(args.document) ?? '']: _since, ...variables } = args.variableValues ?? {};
  return JSON.stringify([query, args.operationName ?? null, variables, source.scope, variant]);
}
