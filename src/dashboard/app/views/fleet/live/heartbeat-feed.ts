import { Failure } from '../../../api/failure.js';
import type { LiveConnection } from '../../../client/live-connection.js';
import { HeartbeatsDocument, type HeartbeatsSubscription } from '../../../generated/graphql.js';
import { FrameScheduler } from './frame-scheduler.js';
import { PerSecondCounter } from './per-second-counter.js';

export type Heartbeats = HeartbeatsSubscription['heartbeats'];

const HISTORY_SECONDS = 300;
/** Time passes on the chart even without heartbeats. */
const FRAME_INTERVAL_MS = 1000;

/** The heartbeats of all devices that the user may see. Its counts outlive filters and visits of other views. */
export class HeartbeatFeed {
  readonly counter = new PerSecondCounter(HISTORY_SECONDS, Date.now());
  readonly #listeners = new Set<(heartbeats: Heartbeats) => void>();
  readonly #frames = new FrameScheduler(() => {});
  #failure: Failure | null = null;

  constructor(private readonly connection: LiveConnection) {
    this.counter.setObserving(false, Date.now());
  }

  /** Notifies of changed counts, and at least every second. */
  readonly subscribe = this.#frames.subscribe;

  /** Why there are no more heartbeats until the next start. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** @returns a function that stops. */
  start(): () => void {
    this.#failure = null;
    const observe = () => this.counter.setObserving(this.connection.getState() === 'connected', Date.now());
    observe();
    const onError = (error: unknown) => {
      this.#failure = Failure.of(Array.isArray(error) ? error[0] : undefined);
      this.#frames.schedule();
    };
    const unsubscribe = this.connection.subscribe(HeartbeatsDocument, {}, this.#receive, onError);
    const stopObserving = this.connection.onStateChange(observe);
    const timer = setInterval(() => this.#frames.schedule(), FRAME_INTERVAL_MS);
    return () => {
      clearInterval(timer);
      stopObserving();
      unsubscribe();
      this.counter.setObserving(false, Date.now());
    };
  }

  /** @returns a function that removes the listener. */
  onHeartbeats(listener: (heartbeats: Heartbeats) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly #receive = ({ heartbeats }: HeartbeatsSubscription): void => {
    this.counter.add(heartbeats.length, Date.now());
    for (const listener of this.#listeners) listener(heartbeats);
    this.#frames.schedule();
  };
}

const feeds = new WeakMap<LiveConnection, HeartbeatFeed>();

/** The one feed of a connection, and so of a session. */
export function feedOf(connection: LiveConnection): HeartbeatFeed {
  const feed = feeds.get(connection) ?? new HeartbeatFeed(connection);
  feeds.set(connection, feed);
  return feed;
}
