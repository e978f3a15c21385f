import type { ExecutionResult } from 'graphql';
import type { Batch } from '../../streams/event-stream.js';
import type { Messages } from './messages.js';
import type { SocketWriter } from './socket-writer.js';

/** A batch of a stream, executed. */
export interface MessageBatch extends Pick<Batch<unknown>, 'offset' | 'status'> {
  readonly messages: Messages;
  /** Must be called once it was sent to so many members. Later calls have no effect. */
  readonly onSent: (subscribers: number) => void;
  /** Reads and executes the next part of a large batch, once for all members; null after the last one. */
  readonly readNext: (() => Promise<MessageBatch>) | null;
}

/** Where a member's messages go. */
export interface Recipient {
  readonly writer: Pick<SocketWriter, 'attach' | 'detach' | 'push' | 'drained'>;
  /** See `nextPrefix`. */
  readonly prefix: string;
}

/**
 * A subscription of one socket within a group. graphql-ws iterates it only to learn of its end: messages bypass the
 * library. The iteration of a member that has left never settles, because its id may belong to another subscription.
 */
export class Member implements AsyncIterableIterator<ExecutionResult> {
  readonly #end = Promise.withResolvers<IteratorResult<ExecutionResult>>();
  /** Only while it waits for an append on its own. */
  #appended: PromiseWithResolvers<void> | null = null;
  #offset = -1;
  #hasLeft = false;

  readonly #writer: Recipient['writer'];
  readonly #prefix: string;

  constructor(
    { writer, prefix }: Recipient,
    private readonly onLeave: () => void,
  ) {
    this.#writer = writer;
    this.#prefix = prefix;
    writer.attach();
  }

  /** It has been sent everything up to here. */
  get offset(): number {
    return this.#offset;
  }

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Sends the messages after its offset, which is reached with the last part of a batch. */
  send({ messages, offset, readNext }: MessageBatch): void {
    const frames = messages.framesAfter(this.#offset, this.#prefix.length);
    if (frames) this.#writer.push(frames, this.#prefix);
    if (readNext === null) this.#offset = Math.max(this.#offset, offset);
  }

  drained(): Promise<void> {
    return this.#writer.drained();
  }

  /** Makes `appended` wait for the next notification. */
  expectAppend(): void {
    this.#appended = Promise.withResolvers();
  }

  /** Resolves after an append, or once the member has left. */
  async appended(): Promise<void> {
    await this.#appended?.promise;
    this.#appended = null;
  }

  notify(): void {
    this.#appended?.resolve();
  }

  /** The stream has ended. */
  end(): void {
    if (this.#hasLeft) return;
    this.#leave();
    this.#end.resolve({ value: undefined, done: true });
  }

  fail(error: unknown): void {
    if (this.#hasLeft) return;
    this.#leave();
    this.#end.reject(error);
  }

  next(): Promise<IteratorResult<ExecutionResult>> {
    return this.#end.promise;
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    if (!this.#hasLeft) this.#leave();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #leave(): void {
    this.#hasLeft = true;
    this.#writer.detach();
    this.notify();
    this.onLeave();
  }
}
