import { DomainError } from '../errors.js';
import { Cap } from '../rate-limits/cap.js';

/** Packages that the gateway receives at a time: each takes a file, and up to a megabyte of memory. */
const MAX_UPLOADS = 64;
const MAX_PER_USER = 16;

/** How long a client should wait, in seconds. */
const RETRY_AFTER_S = 10;

/** Limits how many packages are received at a time. */
export class UploadSlots {
  #taken = 0;
  readonly #byUser = new Cap<number>(MAX_PER_USER);

  /**
   * @returns a function that must be called once the package has been received, or its upload has failed.
   * @throws DomainError THROTTLED if the user has too many uploads under way, UNAVAILABLE if all users together have
   */
  take(userId: number): () => void {
    if (this.#taken >= MAX_UPLOADS) throw tooManyUploads();
    if (!this.#byUser.take(userId)) throw tooManyUploadsOfUser();
    this.#taken += 1;
    return () => {
      this.#taken -= 1;
      this.#byUser.release(userId);
    };
  }
}

const details = { retryAfter: RETRY_AFTER_S };

const tooManyUploads = () =>
  new DomainError('UNAVAILABLE', 'Too many uploads are under way; try again later.', details);

const tooManyUploadsOfUser = () =>
  new DomainError('THROTTLED', 'Too many of your uploads are under way; try again later.', details);
