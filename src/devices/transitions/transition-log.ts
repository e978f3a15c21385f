import { hash, randomBytes } from 'node:crypto';
import { encodeCursor, type Position } from '../../streams/position.js';
import { ShardOffsets } from '../../streams/shard-offsets.js';
import type { SpanContext } from '../../tracing/tracing.js';
import type { UserNames } from '../../users/users.js';
import type { FormerDetails } from '../device-details.js';
import type { OfflineReason } from '../presence-event.entity.js';

/** Entries that are kept for clients that reconnect: about an hour of a healthy fleet. */
const CAPACITY = 65_536;

interface Entry {
  /** From 1, without a gap. */
  readonly offset: number;
  readonly deviceId: number;
  /** Whether the device was online after it. */
  readonly online: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** The span that has caused it, where traces are sent. */
  readonly cause?: SpanContext | undefined;
}

/** A device came online, or went offline for a reason. */
export interface Transition extends Entry {
  /** Null for a device that came online. */
  readonly reason: OfflineReason | null;
}

/** The details of a device changed. */
export interface DetailsChange extends Entry {
  readonly before: FormerDetails;
}

/** The names of the owner of an online device changed. */
export interface OwnerChange extends Entry {
  readonly online: true;
  readonly ownerBefore: UserNames;
}

/** An entry that subscribers are not shown: a device was deleted, or a newer node has appended it. */
interface HiddenEntry extends Entry {
  readonly isHidden: true;
}

export type ShownEntry = Transition | DetailsChange | OwnerChange;

export type LogEntry = ShownEntry | HiddenEntry;

type Unappended<E> = E extends Entry ? Omit<E, 'offset'> : never;

/** An entry before it has an offset. */
export type NewEntry = Unappended<LogEntry>;

/** Where a subscriber reads on. */
export interface Recovery {
  readonly offset: number;
  /** Its offsets by shard: it may have received later entries from another node, in another order. */
  readonly received: readonly number[];
}

const EPOCH_LENGTH = 8;

/**
 * The latest transitions and changes of details, in order. The log of the only node has one shard, and a new process
 * starts a new epoch.
 */
export class TransitionLog {
  #epoch = randomBytes(6).toString('base64url');
  #ring: LogEntry[] = [];
  #shards = new ShardOffsets(CAPACITY, 0, [0]);
  /** The changes in the ring by device, oldest first. */
  readonly #changes = new Map<number, DetailsChange[]>();
  #offset = 0;
  /** The offset before the first entry of the epoch. */
  #first = 0;
  #published = 0;

  /** That of the latest entry, published or not. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * Starts an epoch: once published, `since` returns null for all earlier offsets.
   * @param position before the first entry.
   */
  restart({ epoch, offsets }: Position): void {
    this.#epoch = epoch;
    this.#offset += 1;
    this.#first = this.#offset;
    this.#ring = [];
    this.#changes.clear();
    this.#shards = new ShardOffsets(CAPACITY, this.#offset, offsets);
  }

  /** @param shard in whose order the entry is the next one. */
  append(entry: NewEntry, shard: number): LogEntry {
    this.#offset += 1;
    const appended = { ...entry, offset: this.#offset };
    const dropped = this.#ring[this.#offset % CAPACITY];
    if (dropped && 'before' in dropped) this.#dropChange(dropped);
    this.#ring[this.#offset % CAPACITY] = appended;
    this.#shards.append(shard);
    if ('before' in appended) this.#keepChange(appended);
    return appended;
  }

  /** The details of a device after the entry at `offset`, as far as they have changed since. */
  detailsAt(deviceId: number, offset: number): Partial<FormerDetails> {
    const later = this.#changes.get(deviceId)?.filter((change) => change.offset > offset) ?? [];
    // The earliest change of each detail has its value at the offset.
    return Object.assign({}, ...later.map(({ before }) => before).reverse());
  }

  /**
   * Lets `since` return the entries up to `offset`. Transitions that are not saved yet must stay unpublished.
   * @returns whether any of them was not published before.
   */
  publish(offset: number): boolean {
    if (offset <= this.#published) return false;
    this.#published = offset;
    return true;
  }

  /** The published entries after `offset`, at most `limit`; null when the ring has dropped some of them. */
  since(offset: number, limit = CAPACITY): LogEntry[] | null {
    if (!this.#keeps(offset)) return null;
    const found: LogEntry[] = [];
    for (let next = offset + 1; next <= Math.min(this.#published, offset + limit); next++) {
      const entry = this.#ring[next % CAPACITY];
      if (entry) found.push(entry);
    }
    return found;
  }

  /**
   * The offsets by shard of a subscriber that has received everything up to a kept entry.
   * @param received what it has received besides, from another node.
   */
  offsetsAt(offset: number, received: readonly number[] = []): number[] {
    return this.#shards.at(offset, received);
  }

  /** Whether a subscriber with these offsets by shard has received a kept entry. */
  isReceived({ offset }: LogEntry, received: readonly number[]): boolean {
    return this.#shards.isReceived(offset, received);
  }

  /** The cursor of subscribers with this scope that have received everything up to these offsets by shard. */
  cursor(offsets: readonly number[], scope: string): string {
    return encodeCursor({ epoch: this.#epochOf(scope), offsets });
  }

  /** Whether a subscriber must wait: it has received entries of this epoch that the log does not have or publish yet. */
  isBehind({ epoch, offsets }: Position, scope: string): boolean {
    if (epoch !== this.#epochOf(scope)) return false;
    const offset = this.#shards.find(offsets);
    return offset === null ? !this.#shards.hasAll(offsets) : !this.#hasPublished(offsets, offset);
  }

  /**
   * Where a subscriber reads on; null for another epoch, if the ring has dropped what followed the position, or if
   * entries that the subscriber has received follow others that are not published yet: they would be delivered again.
   */
  recover({ epoch, offsets }: Position, scope: string): Recovery | null {
    const offset = epoch === this.#epochOf(scope) ? this.#shards.find(offsets) : null;
    if (offset === null || !this.#hasPublished(offsets, offset)) return null;
    return { offset, received: offsets };
  }

  /** @param offset up to which the subscriber has received the log; that of a snapshot may be unpublished. */
  #hasPublished(received: readonly number[], offset: number): boolean {
    return this.#shards.hasAll(received, Math.max(this.#published, offset));
  }

  #keepChange(change: DetailsChange): void {
    const changes = this.#changes.get(change.deviceId);
    if (changes) changes.push(change);
    else this.#changes.set(change.deviceId, [change]);
  }

  #dropChange({ deviceId }: DetailsChange): void {
    const changes = this.#changes.get(deviceId);
    changes?.shift();
    if (changes?.length === 0) this.#changes.delete(deviceId);
  }

  #keeps(offset: number): boolean {
    return offset >= Math.max(this.#first, this.#offset - CAPACITY);
  }

  /** Each scope has epochs of its own: a caller whose permissions changed sees other devices, and must start over. */
  #epochOf(scope: string): string {
    return hash('sha256', `${this.#epoch} ${scope}`, 'base64url').slice(0, EPOCH_LENGTH);
  }
}
