import { Repeater } from '@repeaterjs/repeater';
import type { SpanContext } from '../tracing/tracing.js';

/** An event, and the offset of a subscriber that has received it. */
export interface Publication<E> {
  readonly event: E;
  readonly offset: number;
  /** The span that has caused the event, where traces are sent. */
  readonly cause?: SpanContext | undefined;
}

/** The result of one read. */
export interface Batch<E> {
  readonly publications: readonly Publication<E>[];
  /** The offset of a subscriber that has received the batch: past filtered events, too. */
  readonly offset: number;
  /**
   * `current`: the next read waits for an append. `behind`: the next read may return more at once. `ended`: no event
   * follows.
   */
  readonly status: 'current' | 'behind' | 'ended';
  /** Reads the rest of a batch that is too large for one. A subscriber needs all parts, or starts again. */
  readonly readNext?: (() => Promise<Batch<E>>) | null;
}

/**
 * The source of a subscription. Subscribers pull: each keeps an offset and reads on since it, so that a slow one
 * neither delays the others nor fills a queue.
 */
export abstract class EventStream<E> implements AsyncIterable<E> {
  /** Streams of equal scope and arguments return equal batches. */
  abstract readonly scope: string;

  /** The first batch of a new subscriber: a snapshot, or what it missed. */
  abstract open(): Promise<Batch<E>>;

  abstract since(offset: number): Promise<Batch<E>>;

  /** @returns ends the notifications. */
  abstract onAppend(listener: () => void): () => void;

  /** Event by event, for graphql-js, which accepts only iterables as the source of a subscription. */
  [Symbol.asyncIterator](): AsyncIterableIterator<E> {
    return new Repeater<E>(async (push, stop) => {
      let isStopped = false;
      let appended = Promise.withResolvers<void>();
      const unsubscribe = this.onAppend(() => appended.resolve());
      void stop.then(() => {
        isStopped = true;
        unsubscribe();
        appended.resolve();
      });
      let batch = await this.open();
      while (!isStopped) {
        for (const { event } of batch.publications) await push(event);
        if (batch.readNext) {
          batch = await batch.readNext();
          continue;
        }
        if (batch.status === 'ended') return stop();
        if (batch.status === 'current') await appended.promise;
        appended = Promise.withResolvers();
        batch = await this.since(batch.offset);
      }
    });
  }
}
