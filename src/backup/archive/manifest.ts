import { z } from 'zod';

/** Increased when a restore has to read archives in another way. */
export const FORMAT = 1;

/** The first entry of an archive, from which a restore decides whether it can read the rest. */
export const HEADER_ENTRY = 'gatehouse.json';
/** The last entry of an archive. */
export const MANIFEST_ENTRY = 'manifest.json';

/**
 * The entry with the rows from a certain one on: a table is divided, since the size of an entry must be known before its
 * content.
 */
export const tableEntry = (table: string, index: number): string =>
  `tables/${table}/${String(index).padStart(6, '0')}`;

/** The content that an entry is part of: `tables/users`, `packages/<sha256>`, `secrets/jwt-secret`. */
export const contentName = (entry: string): string => entry.split('/', 2).join('/');

/** Common to all formats, so that an older version can say that an archive is newer. */
export const AnyHeader = z.object({ format: z.int(), gatehouse: z.string() });

export const Header = AnyHeader.extend({
  format: z.literal(FORMAT),
  /** ISO 8601. */
  createdAt: z.iso.datetime(),
  /** Of the installation that was backed up. */
  fleetId: z.uuid(),
  /** The names of the migrations that its database had, oldest first. */
  migrations: z.array(z.string()).min(1),
});
export type Header = z.output<typeof Header>;

const Sha256 = z.string().regex(/^[\da-f]{64}$/);

const Table = z.object({
  name: z.string(),
  columns: z.array(z.string()).min(1),
  rows: z.int(),
  /** Of the rows as COPY writes them, in the order of the columns. */
  sha256: Sha256,
});
export type Table = z.output<typeof Table>;

const StoredPackage = z.object({ sha256: Sha256, size: z.int() });
export type StoredPackage = z.output<typeof StoredPackage>;

export const Manifest = z.object({
  tables: z.array(Table),
  /** The last value of each sequence, by its name; null if it has given none yet. A string, since it may be 64 bits. */
  sequences: z.record(z.string(), z.string().nullable()),
  packages: z.array(StoredPackage),
  /** Files of the data folder, by name. */
  secrets: z.array(z.object({ name: z.string(), sha256: Sha256 })),
});
export type Manifest = z.output<typeof Manifest>;

/** The contents of an archive, in total. */
export interface Totals {
  readonly rows: number;
  readonly packages: number;
  /** Of all packages. */
  readonly packageBytes: number;
}

export const totalsOf = ({ tables, packages }: Pick<Manifest, 'tables' | 'packages'>): Totals => ({
  rows: tables.reduce((sum, { rows }) => sum + rows, 0),
  packages: packages.length,
  packageBytes: packages.reduce((sum, { size }) => sum + size, 0),
});
