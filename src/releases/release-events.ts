import type { Database } from '../database/database.js';
import { type Events, sharedTopic } from '../streams/events.js';
import { SharedReads } from '../streams/shared-reads.js';
import { ReleaseEvent } from './release-event.entity.js';

/** After every change of a release. */
export const RELEASES = sharedTopic('releases');

/** Reads publications and withdrawals, once for all streams that a change lets read the same. */
export class ReleaseEvents {
  readonly #reads = new SharedReads<ReleaseEvent[]>();

  /** Must be created before the streams, which read as soon as they learn of a change. */
  constructor(
    private readonly db: Database,
    events: Events,
  ) {
    events.subscribe(RELEASES, () => this.#reads.clear());
  }

  /** @param channel null for all channels. @returns the events after an offset, their releases and uploaders loaded. */
  since(offset: number, channel: string | null, limit: number): Promise<ReleaseEvent[]> {
    const inChannel = channel === null ? {} : { release: { channel } };
    return this.#reads.read(JSON.stringify([offset, channel, limit]), () =>
      this.db.em
        .fork()
        .find(
          ReleaseEvent,
          { id: { $gt: offset }, ...inChannel },
          { orderBy: { id: 'asc' }, limit, populate: ['release.uploader'] },
        ),
    );
  }

  /** The offset of the latest event; 0 before the first one. */
  async latestOffset(): Promise<number> {
    const [latest] = await this.db.em
      .fork()
      .find(ReleaseEvent, {}, { orderBy: { id: 'desc' }, limit: 1, fields: ['id'] });
    return latest?.id ?? 0;
  }
}
