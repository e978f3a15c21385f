import { hash, randomBytes } from 'node:crypto';
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

/** Characters of a cursor that say whose it is. */
const TAG_LENGTH = 8;

/**
 * The latest transitions in order. A cursor names a place in it, for readers of one scope: it is not good for the
 * log of another process, nor once its reader's rights have changed, which shows other devices.
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

  /** The place before `offset`, for readers of this scope. */
  cursor(offset: number, scope: string): string {
    return Buffer.from(`${this.#tag(scope)}:${offset}`).toString('base64url');
  }

  /**
   * Where a reader of this scope goes on after a cursor; null when it was another's, or what came after it is not
   * kept any more.
   * @throws DomainError INVALID_INPUT for what never was a cursor.
   */
  resume(cursor: string, scope: string): number | null {
    const [, tag, digits] = /^([\w-]{8}):(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
    if (tag === undefined)
      throw new DomainError('INVALID_INPUT', 'The cursor is not ours.', { field: 'since' });
    const offset = Number(digits);
    const kept = offset <= this.#length && offset >= this.#length - CAPACITY;
    return tag === this.#tag(scope) && kept ? offset : null;
  }

  #tag(scope: string): string {
    return hash('sha256', `${this.#epoch} ${scope}`, 'base64url').slice(0, TAG_LENGTH);
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
