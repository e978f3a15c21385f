import type pg from 'pg';
import { DamageError } from '../archive/backup-error.js';
import type { Installation } from '../installation/installation.js';
import { packageBytes } from '../installation/package-bytes.js';

/** A package, with the releases that have it. */
export interface ReleasedPackage {
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  /** As `stable 1.4.0`. */
  readonly releases: string;
}

/** The packages that an installation must have. */
export async function releasedPackages(client: pg.ClientBase): Promise<ReleasedPackage[]> {
  const { rows } = await client.query<{ sha256: string; size: string; releases: string }>(
    `select sha256, size, string_agg(channel || ' ' || version, ', ' order by id) as releases
     from releases group by sha256, size order by min(id)`,
  );
  return rows.map(({ size, ...rest }) => ({ ...rest, size: Number(size) }));
}

/**
 * Reads a package to its end.
 * @param onBytes called with the size of each chunk.
 * @returns what is wrong with it, a sentence without its full stop; null if nothing is.
 */
export async function verifyPackage(
  { storage }: Pick<Installation, 'storage'>,
  { releases, ...stored }: ReleasedPackage,
  onBytes: (bytes: number) => void,
): Promise<string | null> {
  try {
    for await (const chunk of packageBytes(storage.storage, stored)) onBytes(chunk.length);
    return null;
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    return `Release ${releases}: ${error.message}`;
  }
}
