import { setImmediate } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Batch, LiveSource } from '../../streams/event-stream.js';
import { cursorVariable, executeEvent, presentResult } from '../execution/execute.js';
import { type Bytes, nextRest, type SocketWriter } from './socket-writer.js';

/** What could not be read is tried again after so long, though there is no other news. */
const RETRY_MS = 1000;

/** What subscribers of one group are sent for an event, but for the ids of their own, and the place after it. */
interface Message {
  readonly rest: Bytes;
  readonly place: number;
}

/** Messages in order. */
interface Told {
  readonly messages: readonly Message[];
  /** The place after all of them. */
  readonly place: number;
}

/** What a member needs of its socket's writer. */
type Writer = Pick<SocketWriter, 'push' | 'drained'>;

/** One subscription of one socket. */
interface Member {
  readonly writer: Writer;
  readonly prefix: Bytes;
  /** What it has been sent goes up to here. */
  place: number;
}

/** A subscription that is on its way into a group. */
class Joining {
  here = true;
  #news = false;
  #wake = () => {};

  /** There is news, or it has left. */
  tell(): void {
    this.#news = true;
    this.#wake();
  }

  /** What is told from now on is news. */
  listen(): void {
    this.#news = false;
  }

  async news(): Promise<void> {
    if (this.#news) return;
    await new Promise<void>((wake) => {
      this.#wake = wake;
    });
  }
}

/** A subscription to join a group with. */
export interface Subscriber {
  /** The document as it was sent. */
  readonly query: string;
  readonly args: ExecutionArgs;
  readonly source: LiveSource<unknown>;
  readonly writer: Writer;
  /** The start of its messages. */
  readonly prefix: Bytes;
  /** What else the answer depends on, such as the base of links. */
  readonly variant: string;
}

/**
 * Subscribers with the same document, variables and authorization scope are one group: each event is executed once
 * for all of them, and the bytes of the answer are shared. So is what they are told first, where many come at once.
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
    const { key, since } = groupKey(subscriber);
    const group =
      this.#groups.get(key) ??
      new Group(subscriber, this.log, () => {
        // Another one may have taken its place.
        if (this.#groups.get(key) === group) this.#groups.delete(key);
      });
    this.#groups.set(key, group);
    const failure = Promise.withResolvers<never>();
    const leave = group.join(subscriber, since, failure.reject);
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
  /** What is being read for who begins now, by their cursor. */
  readonly #beginnings = new Map<string, Promise<Told>>();
  /** What the members have been sent goes up to here; null before the first one has its start. */
  #place: number | null = null;
  readonly #joining = new Set<Joining>();
  #pumping = false;
  #news = false;
  /** One for all that could not be read: each failure with one of its own, they would pile up while it lasts. */
  #retry: NodeJS.Timeout | undefined;
  readonly #unsubscribe: () => void;

  constructor(
    { source, args }: Subscriber,
    private readonly log: FastifyBaseLogger,
    private readonly ended: () => void,
  ) {
    this.#source = source;
    this.#args = args;
    this.#unsubscribe = source.onNews(() => {
      for (const joining of this.#joining) joining.tell();
      void this.#pump();
    });
  }

  /**
   * @param since the cursor it brings, in any form.
   * @param failed called when the subscriber's start cannot be read, unless it has left.
   * @returns leaves.
   */
  join({ source, writer, prefix }: Subscriber, since: string, failed: (error: unknown) => void): () => void {
    const member: Member = { writer, prefix, place: 0 };
    const joining = new Joining();
    this.#joining.add(joining);
    this.#start(member, source, since, joining)
      .catch((error: unknown) => {
        if (joining.here) failed(error);
      })
      .finally(() => {
        this.#joining.delete(joining);
        this.#endIfEmpty();
      });
    return () => {
      joining.here = false;
      joining.tell();
      this.#members.delete(member);
      this.#endIfEmpty();
    };
  }

  /** Sends a member what the others have been told already, as fast as it reads, until it stands where the group does. */
  async #start(member: Member, source: LiveSource<unknown>, since: string, joining: Joining): Promise<void> {
    let told = await this.#begin(source, since);
    for (;;) {
      if (!joining.here) return;
      for (const { rest } of told.messages) member.writer.push(member.prefix, rest);
      member.place = told.place;
      this.#place ??= told.place;
      if (member.place >= this.#place) break;
      await setImmediate();
      await member.writer.drained();
      joining.listen();
      told = await this.#execute(source.after(member.place));
      // The group may stand past what can be told yet (it began with a snapshot), or past what is of interest here.
      if (told.place === member.place) await joining.news();
    }
    this.#members.add(member);
    void this.#pump();
  }

  /** Whoever comes while the same is being read is told the same, and then what has happened since. */
  #begin(source: LiveSource<unknown>, since: string): Promise<Told> {
    const underWay = this.#beginnings.get(since);
    if (underWay) return underWay;
    const beginning = this.#execute(source.open()).finally(() => this.#beginnings.delete(since));
    this.#beginnings.set(since, beginning);
    return beginning;
  }

  /** Executes what is new, once, and sends it to all members. */
  async #pump(): Promise<void> {
    this.#news = true;
    if (this.#pumping || this.#place === null) return;
    this.#pumping = true;
    try {
      while (this.#news && this.#members.size > 0) {
        this.#news = false;
        const told = await this.#execute(this.#source.after(this.#place));
        // A source hands out a batch at a time: after one there may be another.
        if (told.place > this.#place) this.#news = true;
        this.#place = told.place;
        for (const member of this.#members) send(member, told);
        // Others have their turn between the batches of a mass expiry.
        if (this.#news) await setImmediate();
      }
    } catch (err) {
      this.log.error({ err }, 'live events could not be read, and will be tried again');
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        void this.#pump();
      }, RETRY_MS).unref();
    } finally {
      this.#pumping = false;
    }
  }

  async #execute(batch: Promise<Batch<unknown>>): Promise<Told> {
    const { events, place } = await batch;
    const messages: Message[] = [];
    for (const { event, place } of events) {
      const result = presentResult(await executeEvent(this.#args, event), this.log);
      messages.push({ rest: nextRest(result), place });
    }
    return { messages, place };
  }

  #endIfEmpty(): void {
    if (this.#members.size > 0 || this.#joining.size > 0) return;
    clearTimeout(this.#retry);
    this.#unsubscribe();
    this.ended();
  }
}

/** Those of the messages that the member has not been sent yet. */
function send(member: Member, { messages, place }: Told): void {
  for (const message of messages) {
    if (message.place > member.place) member.writer.push(member.prefix, message.rest);
  }
  member.place = Math.max(member.place, place);
}

/** What is the same in a group, and the cursor, which need not be. */
function groupKey({ query, args, source, variant }: Subscriber): { key: string; since: string } {
  const { [cursorVariable(args.document) ?? '']: since, ...variables } = args.variableValues ?? {};
  const key = JSON.stringify([query, args.operationName ?? null, variables, source.scope, variant]);
  // One that is not given at all may have a default in the document.
  return { key, since: JSON.stringify(since) ?? '' };
}
