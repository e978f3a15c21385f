import { createHash, type Hash } from 'node:crypto';
import type { z } from 'zod';
import type { ArchiveEntry, ArchiveReader, Reading } from './archive-reader.js';
import {
  AnyHeader,
  contentName,
  FORMAT,
  HEADER_ENTRY,
  Header,
  MANIFEST_ENTRY,
  Manifest,
} from './manifest.js';

/** Of an entry that is read as a whole. A manifest has 100 bytes for each package. */
const MAX_JSON_BYTES = 256 * 1024 * 1024;

/** What a whole archive says about itself. */
export interface CheckedArchive {
  readonly header: Header;
  readonly manifest: Manifest;
}

/**
 * Reads a whole archive, and compares all content with its digests.
 * @throws BackupError if the archive is foreign, of a newer format, truncated or altered.
 */
export async function checkArchive(archive: ArchiveReader, reading: Reading): Promise<CheckedArchive> {
  const digests = new Digests();
  let header: Header | null = null;
  let manifest: Manifest | null = null;
  for await (const entry of archive.entries(reading)) {
    if (header === null) header = await readHeader(archive, entry);
    else if (manifest !== null) throw archive.damaged('it has entries after its manifest');
    else if (entry.name === MANIFEST_ENTRY)
      manifest = parse(archive, Manifest, await readText(archive, entry));
    else await digests.add(entry);
  }
  if (!header) throw archive.foreign();
  if (!manifest) throw archive.damaged('it has no manifest');
  const difference = digests.differenceFrom(manifest);
  if (difference !== null) throw archive.damaged(difference);
  return { header, manifest };
}

/** The digests of all content, by its name. */
class Digests {
  readonly #hashes = new Map<string, Hash>();

  async add(entry: ArchiveEntry): Promise<void> {
    const name = contentName(entry.name);
    const hash = this.#hashes.get(name) ?? createHash('sha256');
    this.#hashes.set(name, hash);
    for await (const chunk of entry.content) hash.update(chunk);
  }

  /** How the content differs from the manifest, as the end of a sentence; null if it does not. */
  differenceFrom({ tables, packages, secrets }: Manifest): string | null {
    const expected = [
      ...tables.map(({ name, sha256 }) => [`tables/${name}`, sha256] as const),
      ...packages.map(({ sha256 }) => [`packages/${sha256}`, sha256] as const),
      ...secrets.map(({ name, sha256 }) => [`secrets/${name}`, sha256] as const),
    ];
    for (const [name, sha256] of expected) {
      // An empty table has no entry.
      const hash = this.#hashes.get(name) ?? createHash('sha256');
      this.#hashes.delete(name);
      if (hash.digest('hex') !== sha256) return `${name} differs from its checksum`;
    }
    const [unknown] = this.#hashes.keys();
    return unknown === undefined ? null : `its manifest does not name ${unknown}`;
  }
}

async function readHeader(archive: ArchiveReader, entry: ArchiveEntry): Promise<Header> {
  if (entry.name !== HEADER_ENTRY) throw archive.foreign();
  const text = await readText(archive, entry);
  const { format, gatehouse } = parse(archive, AnyHeader, text);
  if (format > FORMAT) throw archive.newer(gatehouse);
  return parse(archive, Header, text);
}

function parse<T>(archive: ArchiveReader, schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw archive.damaged('it has been altered');
  }
}

async function readText(archive: ArchiveReader, { name, size, content }: ArchiveEntry): Promise<string> {
  if (size > MAX_JSON_BYTES) throw archive.damaged(`${name} is too large`);
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
