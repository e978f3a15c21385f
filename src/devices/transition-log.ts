import { hash, randomBytes } from 'node:crypto';
import { decodeCursor, encodeCursor } from '../streams/position.js';
import type { OfflineReason } from './presence-event.entity.js';

/** Transitions that are kept for clients that reconnect: about an hour of a healthy fleet. */
const CAPACITY = 65_536;

/** A device came online, or went offline for a reason. */
export interface Transition {
  /** From 1, without a gap. */
  readonly offset: number;
  readonly deviceId: number;
  readonly online: boolean;
  readonly reason: OfflineReason | null;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

const EPOCH_LENGTH = 8;

/** The latest transitions, in order. A new process starts a new epoch. */
export class TransitionLog {
  readonly #epoch = randomBytes(6).toString('base64url');
  readonly #ring: Transition[] = [];
  #offset = 0;
  #published = 0;

  /** That of the latest transition, published or not. */
  get offset(): number {
    return this.#offset;
  }

  append(transition: Omit<Transition, 'offset'>): Transition {
    this.#offset += 1;
    const appended = { offset: this.#offset, ...transition };
    this.#ring[this.#offset % CAPACITY] = appended;
    return appended;
  }

  /**
   * Lets `since` return the transitions up to `offset`. Those that are not saved yet must stay unpublished.
   * @returns whether any of them was not published before.
   */
  publish(offset: number): boolean {
    if (offset <= this.#published) return false;
    this.#published = offset;
    return true;
  }

  /** The published transitions after `offset`, at most `limit`; null when the ring has dropped some of them. */
  since(offset: number, limit = CAPACITY): Transition[] | null {
    if (!this.#keeps(offset)) return null;
    const found: Transition[] = [];
    for (let next = offset + 1; next <= Math.min(this.#published, offset + limit); next++) {
      const transition = this.#ring[next % CAPACITY];
      if (transition) found.push(transition);
    }
    return found;
  }

  /** The cursor of subscribers with this scope that have received everything up to `offset`. */
  cursor(offset: number, scope: string): string {
    return encodeCursor({ epoch: this.#epochOf(scope), offset });
  }

  /**
   * The offset to read since; null when the cursor is of another epoch or the ring has dropped what followed it.
   * @throws DomainError INVALID_INPUT for text that is not a cursor.
   */
  recover(cursor: string, scope: string): number | null {
    const { epoch, offset } = decodeCursor(cursor);
    const isKept = offset <= this.#offset && this.#keeps(offset);
    return epoch === this.#epochOf(scope) && isKept ? offset : null;
  }

  #keeps(offset: number): boolean {
    return offset >= this.#offset - CAPACITY;
  }

  /** Each scope has epochs of its own: a caller whose permissions changed sees other devices, and must start over. */
  #epochOf(scope: string): string {
    return hash('sha256', `${this.#epoch} ${scope}`, 'base64url').slice(0, EPOCH_LENGTH);
  }
}
