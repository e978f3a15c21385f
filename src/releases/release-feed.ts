import type { Database } from '../adapters/database.js';
import { type Events, topic } from '../adapters/events/port.js';
import { Feed } from '../devices/feed.js';
import { DomainError } from '../errors.js';
import { ReleaseEvent } from './release-event.entity.js';

/** After every change to releases: there is something to read. */
export const RELEASES = topic<null>('releases');

/** Events read at once: a slow reader holds no more than these. */
const BATCH = 100;

/** What a feed stands on. */
export interface ReleaseSources {
  readonly db: Database;
  readonly events: Events;
}

/** Publications and withdrawals in order, each once, without a gap: they are read from where they are kept. */
export class ReleaseFeed extends Feed<ReleaseEvent> {
  readonly #unsubscribe: () => void;

  private constructor(
    private readonly sources: ReleaseSources,
    private readonly channel: string | null,
    /** The id of the last event that is done with. */
    private last: number,
  ) {
    super();
    this.#unsubscribe = sources.events.subscribe(RELEASES, () => this.wake());
  }

  /**
   * What happens from now on, or after the event that `since` names.
   * @param channel null for all.
   * @throws DomainError INVALID_INPUT for a cursor that is not ours.
   */
  static async open(
    sources: ReleaseSources,
    channel: string | null,
    since: string | null,
  ): Promise<ReleaseFeed> {
    const [newest] = await sources.db.em
      .fork()
      .find(ReleaseEvent, {}, { orderBy: { id: 'desc' }, limit: 1, fields: ['id'] });
    const last = newest?.id ?? 0;
    return new ReleaseFeed(sources, channel, since === null ? last : readCursor(since, last));
  }

  protected override async read(): Promise<ReleaseEvent[]> {
    const events = await this.sources.db.em
      .fork()
      .find(
        ReleaseEvent,
        { id: { $gt: this.last }, ...(this.channel === null ? {} : { release: { channel: this.channel } }) },
        { orderBy: { id: 'asc' }, limit: BATCH, populate: ['release.uploader'] },
      );
    this.last = events.at(-1)?.id ?? this.last;
    return events;
  }

  protected override close(): void {
    this.#unsubscribe();
  }
}

/** Where a reader can go on after this event. */
export const cursorOf = ({ id }: ReleaseEvent): string => Buffer.from(`release:${id}`).toString('base64url');

function readCursor(cursor: string, newest: number): number {
  const id = Number(/^release:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]);
  // Events are never deleted: one beyond the newest is from somewhere else.
  if (id <= newest) return id;
  throw new DomainError('INVALID_INPUT', 'The cursor is not ours.', { field: 'since' });
}
