import type { Readable } from 'node:stream';

/** A package that has been received, and not published yet. */
export interface StagedPackage {
  /** In bytes. */
  readonly size: number;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Stores the package durably under its digest. @throws DomainError UNAVAILABLE */
  publish(): Promise<void>;
  /** Deletes the package. Does nothing after `publish`. */
  discard(): Promise<void>;
}

/** Bytes of a package, both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A published package that is open for reading. It must be closed. */
export interface OpenPackage {
  /**
   * Reads bytes of the ranges that the package was opened for.
   * @param position of the first byte, not before one that was read already.
   * @returns how many bytes were written to the start of `buffer`, at least one.
   * @throws Error if the package ends before, DomainError UNAVAILABLE
   */
  read(buffer: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Lets clients download packages from where they are stored. */
export interface PackageLinks {
  /**
   * @param contentDisposition of the response, RFC 6266.
   * @returns a URL from which anybody can download a published package for a minute.
   * @throws Error if the package is missing, DomainError UNAVAILABLE
   */
  link(sha256: string, contentDisposition: string): Promise<string>;
}

/** Lists what is stored. */
export interface PackageInventory {
  /** The digests of all published packages. @throws DomainError UNAVAILABLE */
  published(): Promise<string[]>;
}

/** Stores packages by the SHA-256 of their content. Methods throw UNAVAILABLE while the storage does not answer. */
export interface Storage {
  /**
   * Receives a package in constant memory, and frees the chunks of `source`. Leaves nothing behind when it fails, except
   * what `sweep` removes.
   * @throws DomainError TOO_LARGE past `maxBytes`, UNAVAILABLE also when the storage is full; else the error of `source`.
   */
  receive(source: Readable, maxBytes: number): Promise<StagedPackage>;
  /**
   * Opens a published package.
   * @param ranges that will be read, in this order; none to find out whether it can be read.
   * @throws Error if the package is missing.
   */
  open(sha256: string, ranges: readonly ByteRange[]): Promise<OpenPackage>;
  remove(sha256: string): Promise<void>;
  /**
   * Deletes uploads that were started before `before` (ms since the epoch) and not published.
   * @returns the digests of the packages that were published before then, so that unused ones can be removed.
   */
  sweep(before: number): Promise<string[]>;
}
