import type { IncomingMessage } from 'node:http';
import { announcesBody, onBodyEnd } from '../http/body-deadline.js';
import { addressBucket } from '../rate-limits/address-bucket.js';

const MIB = 1024 * 1024;

/** Smaller bodies do not count. */
const COUNTED_BYTES = 64 * 1024;
/** Of a body whose length is unknown, or of a package: no other body may be larger. */
const MAX_BODY_BYTES = MIB;

export interface BodyBudgetOptions {
  readonly totalBytes: number;
  readonly bytesPerAddress: number;
}

const DEFAULTS: BodyBudgetOptions = { totalBytes: 256 * MIB, bytesPerAddress: 16 * MIB };

/** Limits the memory of bodies that arrive slowly, by what their headers announce. Packages are not kept in memory. */
export class BodyBudget {
  #total = 0;
  readonly #byAddress = new Map<string, number>();

  constructor(private readonly options = DEFAULTS) {}

  /**
   * @param addressOf is called only for a body that counts.
   * @returns whether there is room for the body of a request. It is released when the request ends.
   */
  take(request: IncomingMessage, addressOf: (request: IncomingMessage) => string): boolean {
    const bytes = announcedBytes(request);
    if (bytes <= COUNTED_BYTES) return true;
    const address = addressBucket(addressOf(request));
    const ofAddress = (this.#byAddress.get(address) ?? 0) + bytes;
    const { totalBytes, bytesPerAddress } = this.options;
    if (this.#total + bytes > totalBytes || ofAddress > bytesPerAddress) return false;
    this.#add(address, bytes);
    onBodyEnd(request, () => this.#add(address, -bytes));
    return true;
  }

  #add(address: string, bytes: number): void {
    const ofAddress = (this.#byAddress.get(address) ?? 0) + bytes;
    this.#total += bytes;
    if (ofAddress > 0) this.#byAddress.set(address, ofAddress);
    else this.#byAddress.delete(address);
  }
}

function announcedBytes(request: IncomingMessage): number {
  if (!announcesBody(request)) return 0;
  return Math.min(Number(request.headers['content-length'] ?? MAX_BODY_BYTES), MAX_BODY_BYTES);
}
