import type { Readable } from 'node:stream';

/** A package that has been received, and not published yet. */
export interface StagedPackage {
  /** In bytes. */
  readonly size: number;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Stores the package durably under its digest. */
  publish(): Promise<void>;
  /** Deletes the package. Does nothing after `publish`. */
  discard(): Promise<void>;
}

/** Stores packages by the SHA-256 of their content. */
export interface Storage {
  /**
   * Receives a package in constant memory, and frees the chunks of `source`. Stores nothing when it fails.
   * @throws DomainError TOO_LARGE past `maxBytes`, UNAVAILABLE when the storage is full; else the error of `source`.
   */
  receive(source: Readable, maxBytes: number): Promise<StagedPackage>;
  /** The path of a published package. */
  locate(sha256: string): string;
  remove(sha256: string): Promise<void>;
  /**
   * Deletes uploads that were started before `before` (ms since the epoch) and not published.
   * @returns the digests of the packages that were published before then, so that unused ones can be removed.
   */
  sweep(before: number): Promise<string[]>;
}
