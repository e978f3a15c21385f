import { type Events, topic } from '../../streams/events.js';
import type { PresenceStore } from './presence-store.js';
import { type NewEntry, type Transition, TransitionLog } from './transition-log.js';

/** After transitions or changes of details were published. */
export const TRANSITIONS = topic<null>('device transitions');

/** Transitions in one statement. */
const BATCH_SIZE = 5000;

export interface TransitionCounts {
  /** In total: devices that came online, and that went offline. */
  readonly online: number;
  readonly offline: number;
  /** Those that this node has not saved yet. */
  readonly unsaved: number;
}

/** Saves transitions in batches and in order, and publishes them once they are saved, with changes of details. */
export class TransitionQueue {
  readonly log = new TransitionLog();
  readonly #unsaved: Transition[] = [];
  #online = 0;
  #offline = 0;
  /** The latest save. The next one waits for it, to keep the order. */
  #saving: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: PresenceStore,
    private readonly events: Events,
  ) {}

  get counts(): TransitionCounts {
    return { online: this.#online, offline: this.#offline, unsaved: this.#unsaved.length };
  }

  /** The devices that came online since the last save. */
  unsavedOnline(): number[] {
    return this.#unsaved.filter(({ online }) => online).map(({ deviceId }) => deviceId);
  }

  /**
   * @param shard in whose order the entry is the next one.
   * @param isSaved whether the database has the transition already, or gets it from another node.
   */
  add(entry: NewEntry, shard: number, isSaved: boolean): void {
    const appended = this.log.append(entry, shard);
    if (!('reason' in appended)) return;
    if (appended.online) this.#online += 1;
    else this.#offline += 1;
    if (!isSaved) this.#unsaved.push(appended);
  }

  /** Saves what was added before the call. After a failure the next call saves the rest. */
  async save(): Promise<void> {
    const saving = this.#saving.then(() => this.#saveBatches());
    this.#saving = saving.catch(() => undefined);
    await saving;
  }

  /**
   * Saves and publishes what was added before the call. When the database fails, transitions are published unsaved:
   * subscribers must not wait for it.
   */
  async publish(): Promise<void> {
    const { offset } = this.log;
    await this.save().finally(() => this.#publish(offset));
  }

  /** Publishes the entries before the first one that is not saved yet. */
  publishSaved(): void {
    this.#publish((this.#unsaved[0]?.offset ?? this.log.offset + 1) - 1);
  }

  #publish(offset: number): void {
    if (this.log.publish(offset)) this.events.publish(TRANSITIONS, null);
  }

  async #saveBatches(): Promise<void> {
    for (let left = this.#unsaved.length; left > 0; ) {
      const batch = this.#unsaved.slice(0, Math.min(left, BATCH_SIZE));
      await this.store.saveTransitions(batch);
      this.#unsaved.splice(0, batch.length);
      left -= batch.length;
    }
  }
}
