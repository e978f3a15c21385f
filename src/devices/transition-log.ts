import { randomBytes } from 'node:crypto';
import { DomainError } from '../errors.js';
import type { OfflineReason } from './presence-event.entity.js';

/** Transitions that are kept for clients that come back: a good hour of a fleet that is not in trouble. */
const CAPACITY = 65_536;

/** A device came online, or went offline with a reason. */
export interface Transition {
  /** Counts up by one, without a gap. */
  readonly offset: number;
  readonly deviceId: number;
  readonly online: boolean;
  readonly reason: OfflineReason | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The latest transitions in order. A cursor names a place in it; the epoch in it tells the logs of different
 * processes apart.
 */
export class TransitionLog {
  readonly #epoch = randomBytes(6).toString('base64url');
  readonly #ring: Transition[] = [];
  #length = 0;
  #shown = 0;

  /** How many transitions there were; the offset of the next one. */
  get length(): number {
    return this.#length;
  }

  append(transition: Omit<Transition, 'offset'>): Transition {
    const appended = { offset: this.#length, ...transition };
    this.#ring[this.#length % CAPACITY] = appended;
    this.#length += 1;
    return appended;
  }

  /** Lets `since` give the next `count` transitions: before, they may not be saved yet. */
  show(count: number): void {
    this.#shown += count;
  }

  /** The place before `offset`. */
  cursor(offset: number): string {
    return Buffer.from(`${this.#epoch}:${offset}`).toString('base64url');
  }

  /**
   * Where to go on after a cursor; null when what came after it is not kept any more.
   * @throws DomainError INVALID_INPUT for what never was a cursor.
   */
  resume(cursor: string): number | null {
    const [, epoch, digits] =
      /^([\w-]{8}):(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
    if (epoch === undefined)
      throw new DomainError('INVALID_INPUT', 'The cursor is not ours.', { field: 'since' });
    const offset = Number(digits);
    const kept = offset <= this.#length && offset >= this.#length - CAPACITY;
    return epoch === this.#epoch && kept ? offset : null;
  }

  /** The transitions that are shown from `offset` on, at most `most`; null when some of them are not kept any more. */
  since(offset: number, most = CAPACITY): Transition[] | null {
    if (offset < this.#length - CAPACITY) return null;
    const found: Transition[] = [];
    for (let at = offset; at < Math.min(this.#shown, offset + most); at++) {
      const transition = this.#ring[at % CAPACITY];
      if (transition) found.push(transition);
    }
    return found;
  }
}
