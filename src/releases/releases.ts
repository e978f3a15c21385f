import type { Readable } from 'node:stream';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import { excludeBackup } from '../database/backups/backup-lock.js';
import type { Database } from '../database/database.js';
import { exclusively } from '../database/exclusive.js';
import { nodeId } from '../database/node-id.js';
import type { PropertyOf } from '../database/queries/columns.js';
import type { Page, PageRequest } from '../database/queries/page.js';
import { readPage } from '../database/queries/read-page.js';
import { countRows, type Row, readRows } from '../database/queries/rows.js';
import { isStorable } from '../database/storable-text.js';
import { DomainError } from '../errors.js';
import type { Events } from '../streams/events.js';
import {
  type NewRelease,
  parseChannel,
  parseNewRelease,
  parseReason,
  requireContent,
} from './new-release.js';
import { packageName } from './package-name.js';
import { Release } from './release.entity.js';
import { ReleaseEvent, ReleaseEventKind } from './release-event.entity.js';
import { RELEASES } from './release-events.js';
import type { ByteRange, OpenPackage, StagedPackage, Storage } from './storage.js';
import { requireNewName, requireNewVersion } from './unique-release.js';

/** Unpublished packages are swept after this time, which the slowest upload does not reach. */
const MAX_UPLOAD_MS = 86_400_000;

const SWEEP_BATCH = 1000;

/** A package that has been received. */
export interface UploadedPackage {
  /** The name of the file, as the client sent it. */
  readonly name: string;
  readonly staged: StagedPackage;
}

/** Publishes and withdraws releases, and finds them. */
export class Releases {
  #uploads = 0;

  constructor(
    private readonly db: Database,
    private readonly storage: Storage,
    private readonly events: Events,
    private readonly clock: Clock,
    /** The largest package, in bytes. */
    readonly maxBytes: number,
  ) {}

  /** The number of packages that are being received. */
  get uploads(): number {
    return this.#uploads;
  }

  /**
   * Applies the rules of `publish` that need no package, so that an upload can be refused before it is received.
   * @throws DomainError INVALID_INPUT, CONFLICT (version)
   */
  async requirePublishable(input: NewRelease): Promise<void> {
    await requireNewVersion(this.db.em.fork(), parseNewRelease(input));
  }

  /** Applies the rules of `publish` for the name of the file. @throws DomainError INVALID_INPUT, CONFLICT (file) */
  async requireNewFileName(fileName: string, version: string): Promise<void> {
    await requireNewName(this.db.em.fork(), packageName(fileName, version));
  }

  /**
   * Stores a package temporarily. The caller must `publish` or `discard` it.
   * @throws DomainError TOO_LARGE, UNAVAILABLE (the storage is full); else the error of `source`.
   */
  async receive(source: Readable): Promise<StagedPackage> {
    this.#uploads += 1;
    try {
      return await this.storage.receive(source, this.maxBytes);
    } finally {
      this.#uploads -= 1;
    }
  }

  /**
   * Publishes a package, or discards it on failure.
   * @throws DomainError INVALID_INPUT (version, channel, notes, sha256, file), CONFLICT (version, file), UNAVAILABLE
   * (the storage is full)
   */
  async publish({ name, staged }: UploadedPackage, input: NewRelease, actor: Actor): Promise<Release> {
    let isStored = false;
    try {
      const details = parseNewRelease(input);
      requireContent(staged, input.sha256);
      const columns = {
        ...details,
        size: staged.size,
        sha256: staged.sha256,
        fileName: name,
        packageName: packageName(name, input.version),
      };
      const { id } = await this.#write(async (em) => {
        await requireNewVersion(em, columns);
        await requireNewName(em, columns.packageName);
        const now = new Date(this.clock());
        const release = em.create(Release, { ...columns, uploader: actor.userId, publishedAt: now });
        em.create(ReleaseEvent, { release, kind: ReleaseEventKind.PUBLISHED, at: now });
        await em.flush();
        recordAudit(em, now, actor, { action: 'release.publish', ...auditDetails(release) });
        // Last, since a file without a row is swept, but a row without a file could not be downloaded.
        isStored = true;
        await staged.publish();
        return release;
      });
      return await this.get(id);
    } catch (error) {
      await staged.discard();
      // If the database is unreachable, the sweep removes the file.
      if (isStored) await this.#removeUnused(staged.sha256).catch(() => {});
      throw error;
    }
  }

  /**
   * Ends the downloads of a release.
   * @throws DomainError NOT_FOUND, CONFLICT (already withdrawn), INVALID_INPUT (reason)
   */
  async withdraw(id: number, reason: string, actor: Actor): Promise<Release> {
    const withdrawalReason = parseReason(reason);
    await this.#write(async (em) => {
      const release = await em.findOne(Release, id);
      if (!release) throw new DomainError('NOT_FOUND', 'There is no such release.');
      if (release.withdrawnAt) throw new DomainError('CONFLICT', 'The release is already withdrawn.');
      const now = new Date(this.clock());
      em.assign(release, { withdrawnAt: now, withdrawalReason });
      em.create(ReleaseEvent, { release, kind: ReleaseEventKind.WITHDRAWN, at: now });
      recordAudit(em, now, actor, { action: 'release.withdraw', ...auditDetails(release) });
      return release;
    });
    return this.get(id);
  }

  /** @throws DomainError NOT_FOUND */
  async get(id: number): Promise<Release> {
    const release = await this.db.em.fork().findOne(Release, id, { populate: ['uploader'] });
    if (release) return release;
    throw new DomainError('NOT_FOUND', 'There is no such release.');
  }

  /** The newest version of a channel that is not withdrawn. @throws DomainError INVALID_INPUT */
  async latest(channel: string): Promise<Release | null> {
    return this.db.em
      .fork()
      .findOne(
        Release,
        { channel: parseChannel(channel), withdrawnAt: null },
        { orderBy: { versionOrder: 'desc' }, populate: ['uploader'] },
      );
  }

  /** The names of the channels that have releases, withdrawn ones included, in order. */
  async channels(): Promise<string[]> {
    const rows = await this.db.em
      .fork()
      .execute<{ channel: string }[]>('select distinct channel from releases order by channel');
    return rows.map(({ channel }) => channel);
  }

  /** Of a channel, withdrawn ones included. @param orders as `Version.order`. @throws DomainError INVALID_INPUT */
  async findVersions(channel: string, orders: readonly string[]): Promise<Release[]> {
    return this.db.em
      .fork()
      .find(
        Release,
        { channel: parseChannel(channel), versionOrder: { $in: [...orders] } },
        { populate: ['uploader'] },
      );
  }

  /** The release whose package is downloaded by this name, withdrawn or not. */
  async findPackage(name: string): Promise<Release | null> {
    if (!isStorable(name)) return null;
    return this.db.em.fork().findOne(Release, { packageName: name });
  }

  /** Opens the package of a release. @throws like `Storage.open` */
  openPackage({ sha256 }: Release, ranges: readonly ByteRange[]): Promise<OpenPackage> {
    return this.storage.open(sha256, ranges);
  }

  /**
   * Withdrawn ones included.
   * @param channel null for all.
   * @throws DomainError INVALID_INPUT for what cannot be a channel.
   */
  async list<K extends PropertyOf<Release>>(
    channel: string | null,
    request: PageRequest<K>,
  ): Promise<Page<Row<Release, K>>> {
    return readPage(this.db.em, Release, inChannel(channel), request);
  }

  /** How many releases `list` selects. @throws DomainError INVALID_INPUT for what cannot be a channel. */
  async count(channel: string | null): Promise<number> {
    return countRows(this.db.em, Release, inChannel(channel));
  }

  /** Those of these releases that exist. */
  findAll<K extends PropertyOf<Release>>(
    ids: readonly number[],
    properties: readonly K[],
  ): Promise<Row<Release, K | 'id'>[]> {
    return readRows(this.db.em, Release, { id: { $in: [...ids] } }, properties);
  }

  /** Deletes packages that failed uploads left behind. */
  async sweep(): Promise<void> {
    const stored = await this.storage.sweep(this.clock() - MAX_UPLOAD_MS);
    for (let index = 0; index < stored.length; index += SWEEP_BATCH) {
      const batch = stored.slice(index, index + SWEEP_BATCH);
      const releases = await this.db.em
        .fork()
        .find(Release, { sha256: { $in: batch } }, { fields: ['sha256'] });
      const used = new Set(releases.map(({ sha256 }) => sha256));
      for (const sha256 of batch) if (!used.has(sha256)) await this.#removeUnused(sha256);
    }
  }

  /** Excludes `publish`, which may be about to use the same content. During a backup, the package stays until later. */
  async #removeUnused(sha256: string): Promise<void> {
    await this.#exclusively(async (em) => {
      if (!(await excludeBackup(em))) return;
      if ((await em.count(Release, { sha256 })) === 0) await this.storage.remove(sha256);
    });
  }

  async #write(work: (em: EntityManager) => Promise<Release>): Promise<Release> {
    const release = await this.#exclusively(work);
    this.events.publish(RELEASES, null);
    return release;
  }

  /** One writer at a time on all nodes, so that events become visible in the order of their ids. */
  #exclusively<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return exclusively(this.db, 'releases', work);
  }
}

const inChannel = (channel: string | null) => (channel === null ? {} : { channel: parseChannel(channel) });

const auditDetails = ({ id, channel, version }: Release) => ({
  target: nodeId('release', id),
  detail: `${channel} ${version}`,
});
