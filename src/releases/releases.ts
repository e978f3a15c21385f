import type { Readable } from 'node:stream';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { exclusively } from '../database/exclusive.js';
import type { Page } from '../database/page.js';
import { isStorable } from '../database/storable-text.js';
import { DomainError } from '../errors.js';
import type { Events } from '../streams/events.js';
import { type NewRelease, readChannel, readNewRelease, readPackage, readReason } from './new-release.js';
import { packageName } from './package-name.js';
import { Release } from './release.entity.js';
import { ReleaseEvent, ReleaseEventType } from './release-event.entity.js';
import { RELEASES } from './release-stream.js';
import type { Received, Storage } from './storage.js';
import { requireNewName, requireNewVersion } from './unique-release.js';

/** What is left of an upload that went wrong is kept this long, for one that is slow. */
const LEFTOVER_MS = 86_400_000;

const SWEPT_AT_ONCE = 1000;

/** The channel of the legacy APIs, and of whoever names none. */
export const STABLE = 'stable';

/** A file that came in whole. */
export interface UploadedFile {
  /** As the client sent it. */
  readonly name: string;
  readonly received: Received;
}

/** Publishes packages, withdraws them, and knows which is the newest. */
export class Releases {
  constructor(
    private readonly db: Database,
    private readonly storage: Storage,
    private readonly events: Events,
    private readonly clock: Clock,
    /** Largest package, in bytes. */
    readonly maxBytes: number,
  ) {}

  /**
   * Refuses what `publish` would refuse, while the package has not been received.
   * @throws DomainError INVALID_INPUT, CONFLICT (version)
   */
  async requirePublishable(input: NewRelease): Promise<void> {
    await requireNewVersion(this.db.em.fork(), readNewRelease(input));
  }

  /** The same for the name of the file. @throws DomainError INVALID_INPUT, CONFLICT (file) */
  async requireNewFileName(fileName: string, version: string): Promise<void> {
    await requireNewName(this.db.em.fork(), packageName(fileName, version));
  }

  /**
   * Stores a package; the caller must `publish` or `discard` it.
   * @throws DomainError TOO_LARGE, UNAVAILABLE (no space left), and what the source fails with
   */
  receive(source: Readable): Promise<Received> {
    return this.storage.receive(source, this.maxBytes);
  }

  /**
   * Publishes a file: wholly, or nothing of it stays.
   * @throws DomainError INVALID_INPUT (version, name, digest, notes, an empty file), CONFLICT (version, file),
   * UNAVAILABLE (no space left)
   */
  async publish({ name, received }: UploadedFile, input: NewRelease, actor: Actor): Promise<Release> {
    let kept = false;
    try {
      const columns = {
        ...readNewRelease(input),
        ...readPackage(received, input.sha256),
        fileName: name,
        packageName: packageName(name, input.version),
      };
      const { id } = await this.#write(async (em) => {
        await requireNewVersion(em, columns);
        await requireNewName(em, columns.packageName);
        const now = new Date(this.clock());
        const release = em.create(Release, { ...columns, uploader: actor.userId, publishedAt: now });
        em.create(ReleaseEvent, { release, type: ReleaseEventType.PUBLISHED, at: now });
        await em.flush();
        recordAudit(em, now, actor, { action: 'release.publish', ...named(release) });
        // Last before the commit: a file without a row is swept, a row without a file would be a broken promise.
        kept = true;
        await received.keep();
        return release;
      });
      return await this.get(id);
    } catch (error) {
      await received.discard();
      // Where the database is out of reach, the sweep does it.
      if (kept) await this.#removeUnused(received.sha256).catch(() => {});
      throw error;
    }
  }

  /** From then on it cannot be downloaded. @throws DomainError NOT_FOUND, CONFLICT (withdrawn before), INVALID_INPUT */
  async withdraw(id: number, reason: string, actor: Actor): Promise<Release> {
    const withdrawalReason = readReason(reason);
    await this.#write(async (em) => {
      const release = await em.findOne(Release, id);
      if (!release) throw new DomainError('NOT_FOUND', 'There is no such release.');
      if (release.withdrawnAt) throw new DomainError('CONFLICT', 'The release has been withdrawn already.');
      const now = new Date(this.clock());
      em.assign(release, { withdrawnAt: now, withdrawalReason });
      em.create(ReleaseEvent, { release, type: ReleaseEventType.WITHDRAWN, at: now });
      recordAudit(em, now, actor, { action: 'release.withdraw', ...named(release) });
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
        { channel: readChannel(channel), withdrawnAt: null },
        { orderBy: { versionOrder: 'desc' }, populate: ['uploader'] },
      );
  }

  /** Those that have releases, withdrawn ones included, by name. */
  async channels(): Promise<string[]> {
    const rows = await this.db.em
      .fork()
      .execute<{ channel: string }[]>('select distinct channel from releases order by channel');
    return rows.map(({ channel }) => channel);
  }

  /** What is downloaded by this name, withdrawn or not. */
  async findPackage(name: string): Promise<Release | null> {
    if (!isStorable(name)) return null;
    return this.db.em.fork().findOne(Release, { packageName: name });
  }

  /** The path of its package. */
  locate({ sha256 }: Release): string {
    return this.storage.locate(sha256);
  }

  /**
   * By channel, the newest version first, withdrawn ones included; one more than the page has, where there is one.
   * @throws DomainError INVALID_INPUT when `after` is no release, or `channel` no channel.
   */
  async list(channel: string | null, { first, after }: Page): Promise<Release[]> {
    const em = this.db.em.fork();
    const last = after === null ? null : await em.findOne(Release, after);
    if (after !== null && !last) {
      throw new DomainError('INVALID_INPUT', 'The cursor is not ours.', { field: 'after' });
    }
    const older = last && {
      $or: [
        { channel: { $gt: last.channel } },
        { channel: last.channel, versionOrder: { $lt: last.versionOrder } },
      ],
    };
    return em.find(
      Release,
      { $and: [channel === null ? {} : { channel: readChannel(channel) }, older ?? {}] },
      { orderBy: { channel: 'asc', versionOrder: 'desc' }, limit: first + 1, populate: ['uploader'] },
    );
  }

  /** Drops what uploads that went wrong have left behind for more than a day. */
  async sweep(): Promise<void> {
    const kept = await this.storage.sweep(this.clock() - LEFTOVER_MS);
    for (let at = 0; at < kept.length; at += SWEPT_AT_ONCE) {
      const some = kept.slice(at, at + SWEPT_AT_ONCE);
      const releases = await this.db.em
        .fork()
        .find(Release, { sha256: { $in: some } }, { fields: ['sha256'] });
      const used = new Set(releases.map(({ sha256 }) => sha256));
      for (const sha256 of some) if (!used.has(sha256)) await this.#removeUnused(sha256);
    }
  }

  /** Takes turns with `publish`, which may be about to name the same content. */
  async #removeUnused(sha256: string): Promise<void> {
    await this.#alone(async (em) => {
      if ((await em.count(Release, { sha256 })) === 0) await this.storage.remove(sha256);
    });
  }

  async #write(work: (em: EntityManager) => Promise<Release>): Promise<Release> {
    const release = await this.#alone(work);
    this.events.publish(RELEASES, null);
    return release;
  }

  /** One writer at a time, on all nodes: so events become visible in the order of their ids. */
  #alone<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return exclusively(this.db, 'releases', work);
  }
}

/** For the audit log. */
const named = ({ id, channel, version }: Release) => ({
  target: `release:${id}`,
  detail: `${channel} ${version}`,
});
