import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import type { Batch, LiveSource } from '../streams/event-stream.js';
import { type Events, topic } from '../streams/events.js';
import { readChannel } from './new-release.js';
import { ReleaseEvent } from './release-event.entity.js';

/** After every change to releases: there is something to read. */
export const RELEASES = topic<null>('releases');

/** Events read at once: a slow reader holds no more than these. */
const BATCH = 100;

/** What the source stands on. */
export interface ReleaseServices {
  readonly db: Database;
  readonly events: Events;
}

/** Publications and withdrawals in order, each once, without a gap: they are read from where they are kept. */
export class ReleaseSource implements LiveSource<ReleaseEvent> {
  readonly scope = 'releases';

  private constructor(
    private readonly services: ReleaseServices,
    private readonly channel: string | null,
    /** The id of the last event that is done with. */
    private readonly start: number,
  ) {}

  /**
   * @param channel null for all.
   * @param since the cursor to go on from; null for what happens from now on.
   * @throws DomainError INVALID_INPUT for a cursor that is not ours, or what cannot be a channel.
   */
  static async from(
    services: ReleaseServices,
    channel: string | null,
    since: string | null,
  ): Promise<ReleaseSource> {
    if (channel !== null) readChannel(channel);
    const place = await newestPlace(services.db);
    return new ReleaseSource(services, channel, since === null ? place : readCursor(since, place));
  }

  open(): Promise<Batch<ReleaseEvent>> {
    return this.after(this.start);
  }

  async after(place: number): Promise<Batch<ReleaseEvent>> {
    const ofChannel = this.channel === null ? {} : { release: { channel: this.channel } };
    const found = await this.services.db.em
      .fork()
      .find(
        ReleaseEvent,
        { id: { $gt: place }, ...ofChannel },
        { orderBy: { id: 'asc' }, limit: BATCH, populate: ['release.uploader'] },
      );
    return { events: found.map((event) => ({ event, place: event.id })), place: found.at(-1)?.id ?? place };
  }

  onNews(listener: () => void): () => void {
    return this.services.events.subscribe(RELEASES, listener);
  }
}

/** Where a reader can go on after this event. */
export const cursorOf = ({ id }: Pick<ReleaseEvent, 'id'>): string =>
  Buffer.from(`release:${id}`).toString('base64url');

/** Where a reader can go on after all that happened so far. */
export const newestCursor = async (db: Database): Promise<string> => cursorOf({ id: await newestPlace(db) });

async function newestPlace(db: Database): Promise<number> {
  const [newest] = await db.em
    .fork()
    .find(ReleaseEvent, {}, { orderBy: { id: 'desc' }, limit: 1, fields: ['id'] });
  return newest?.id ?? 0;
}

function readCursor(cursor: string, newest: number): number {
  const id = Number(/^release:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]);
  // Events are never deleted: one beyond the newest is from somewhere else.
  if (id <= newest) return id;
  throw new DomainError('INVALID_INPUT', 'The cursor is not ours.', { field: 'since' });
}
