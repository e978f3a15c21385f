import { Readable } from 'node:stream';
import type { StagedPackage, Storage } from '../../releases/storage.js';
import type { ArchiveEntry } from '../archive/archive-reader.js';
import { BackupError } from '../archive/backup-error.js';

/** The packages of a restore: received one by one, and published together. */
export class RestoredPackages {
  readonly #staged: StagedPackage[] = [];
  readonly #published: string[] = [];

  /** @param before the digests of the packages that the storage had before. */
  constructor(
    private readonly storage: Storage,
    private readonly before: ReadonlySet<string>,
  ) {}

  /** @param sha256 that the content must have. @throws BackupError if it has another one. */
  async receive(sha256: string, { size, content }: ArchiveEntry): Promise<void> {
    const staged = await this.storage.receive(Readable.from(content, { objectMode: false }), size);
    this.#staged.push(staged);
    if (staged.sha256 !== sha256 || staged.size !== size) {
      throw new BackupError(`The package ${sha256} was not stored as it is in the archive.`);
    }
  }

  async publish(): Promise<void> {
    for (const staged of this.#staged) {
      if (!this.before.has(staged.sha256)) this.#published.push(staged.sha256);
      await staged.publish();
    }
  }

  /** Leaves the storage as it was. */
  async undo(): Promise<void> {
    for (const staged of this.#staged) await staged.discard();
    for (const sha256 of this.#published) await this.storage.remove(sha256);
  }
}
