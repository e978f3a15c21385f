import type { Readable } from 'node:stream';

/** Bytes that came in whole, and are not kept yet. */
export interface Received {
  /** In bytes. */
  readonly size: number;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Keeps them under their digest; a crash after it cannot lose them. */
  keep(): Promise<void>;
  /** Drops them. After `keep` it does nothing. */
  discard(): Promise<void>;
}

/** Where uploaded packages stay, by the SHA-256 of their content. */
export interface Storage {
  /**
   * Takes a stream in with constant memory. When it fails, nothing of it stays.
   * @throws DomainError TOO_LARGE past `maxBytes`, UNAVAILABLE when there is no room; else what the source throws.
   */
  receive(source: Readable, maxBytes: number): Promise<Received>;
  /** The path of a kept package. */
  locate(sha256: string): string;
  remove(sha256: string): Promise<void>;
  /**
   * Drops what began to come in before `before` (ms) and went no further.
   * @returns the digests of packages kept before then, so that unused ones can be removed.
   */
  sweep(before: number): Promise<string[]>;
}
