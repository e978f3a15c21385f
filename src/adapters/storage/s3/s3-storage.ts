import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type {
  ByteRange,
  OpenPackage,
  PackageInventory,
  PackageLinks,
  StagedPackage,
  Storage,
} from '../../../releases/storage.js';
import { receiveInto } from '../receive-into.js';
import { hasCode } from './client.js';
import type { PackageBucket } from './package-bucket.js';
import { RangeReader } from './range-reader.js';

/**
 * Stores packages as objects. The content of a package is uploaded to `files/<id>` and stays there; the small object
 * `packages/<sha256>/<id>` publishes it. A copy to a key with the digest would take minutes for a large package.
 *
 * A file is deleted only while no object publishes it, so that a crash leaves a whole package or none.
 */
export class S3Storage implements Storage, PackageLinks, PackageInventory {
  constructor(private readonly bucket: PackageBucket) {}

  async receive(source: Readable, maxBytes: number): Promise<StagedPackage> {
    const id = randomUUID();
    const upload = this.bucket.upload(fileName(id), maxBytes);
    try {
      const { size, sha256 } = await receiveInto(upload, source, maxBytes);
      return this.#stage(id, size, sha256);
    } catch (error) {
      source.destroy();
      await upload.abort();
      throw error;
    }
  }

  async open(sha256: string, ranges: readonly ByteRange[]): Promise<OpenPackage> {
    const name = fileName(await this.#published(sha256));
    return RangeReader.open(ranges, (range) => this.bucket.read(name, range));
  }

  async link(sha256: string, contentDisposition: string): Promise<string> {
    return this.bucket.link(fileName(await this.#published(sha256)), contentDisposition);
  }

  async remove(sha256: string): Promise<void> {
    for (const id of await this.#find(sha256)) {
      await this.bucket.delete(publicationName(sha256, id));
      await this.bucket.delete(fileName(id));
    }
  }

  async sweep(before: number): Promise<string[]> {
    const old = new Set<string>();
    for await (const { name, modifiedAt } of this.bucket.list(FILES)) {
      if (modifiedAt < before) old.add(name.slice(FILES.length));
    }
    const published = new Set<string>();
    // Listed last: a file may be published meanwhile.
    for await (const { name, modifiedAt } of this.bucket.list(PACKAGES)) {
      const [, sha256 = '', id = ''] = name.split('/');
      old.delete(id);
      if (modifiedAt < before) published.add(sha256);
    }
    for (const id of old) await this.bucket.delete(fileName(id));
    await this.bucket.abortUploads(FILES, before).catch((error: unknown) => {
      // Where unfinished uploads cannot be listed, a rule of the bucket must delete them.
      if (!hasCode(error, 'NotImplemented')) throw error;
    });
    return [...published];
  }

  async published(): Promise<string[]> {
    const published = new Set<string>();
    for await (const { name } of this.bucket.list(PACKAGES)) {
      const [, sha256 = ''] = name.split('/');
      published.add(sha256);
    }
    return [...published];
  }

  #stage(id: string, size: number, sha256: string): StagedPackage {
    let isPublished = false;
    const discard = async () => {
      // What cannot be deleted now is swept.
      if (!isPublished) await this.bucket.delete(fileName(id)).catch(() => {});
    };
    const publish = async () => {
      if ((await this.#find(sha256)).length > 0) return discard();
      // Even if it fails: the object may be there without an answer that says so.
      isPublished = true;
      await this.bucket.put(publicationName(sha256, id), fileName(id));
    };
    return { size, sha256, publish, discard };
  }

  /** @returns the id of a published package. @throws Error if the bucket does not have the package. */
  async #published(sha256: string): Promise<string> {
    const [id] = await this.#find(sha256);
    if (id === undefined) throw new Error(`The bucket has no package ${sha256}.`);
    return id;
  }

  /** The ids of the files that are published with this digest: one at most, unless an operator has copied objects. */
  async #find(sha256: string): Promise<string[]> {
    const folder = publicationName(sha256, '');
    const ids: string[] = [];
    for await (const { name } of this.bucket.list(folder)) ids.push(name.slice(folder.length));
    return ids;
  }
}

const FILES = 'files/';
const PACKAGES = 'packages/';

const fileName = (id: string): string => `${FILES}${id}`;
const publicationName = (sha256: string, id: string): string => `${PACKAGES}${sha256}/${id}`;
