import { type Batch, EventStream } from '../streams/event-stream.js';
import type { Events } from '../streams/events.js';
import { decodeCursor, encodeCursor, invalidCursor } from '../streams/position.js';
import { parseChannel } from './new-release.js';
import type { ReleaseEvent } from './release-event.entity.js';
import { RELEASES, type ReleaseEvents } from './release-events.js';

/** Events of one batch: all that a slow subscriber holds in memory. */
const BATCH_SIZE = 100;

/** The offset of an event is its row id, which means the same in every process. */
const EPOCH = 'release';

export interface ReleaseServices {
  readonly releaseEvents: ReleaseEvents;
  readonly events: Events;
}

/** Publications and withdrawals of releases, each once and in order. */
export class ReleaseStream extends EventStream<ReleaseEvent> {
  readonly scope = 'releases';

  private constructor(
    private readonly services: ReleaseServices,
    private readonly channel: string | null,
    private readonly start: number,
  ) {
    super();
  }

  /**
   * @param channel null for all channels.
   * @param cursor null to start with the next event.
   * @throws DomainError INVALID_INPUT for an unknown cursor or an impossible channel name.
   */
  static async create(
    services: ReleaseServices,
    channel: string | null,
    cursor: string | null,
  ): Promise<ReleaseStream> {
    if (channel !== null) parseChannel(channel);
    const latest = await services.releaseEvents.latestOffset();
    return new ReleaseStream(services, channel, cursor === null ? latest : readCursor(cursor, latest));
  }

  open(): Promise<Batch<ReleaseEvent>> {
    return this.since(this.start);
  }

  async since(offset: number): Promise<Batch<ReleaseEvent>> {
    const events = await this.services.releaseEvents.since(offset, this.channel, BATCH_SIZE);
    return {
      publications: events.map((event) => ({ event, offset: event.id })),
      offset: events.at(-1)?.id ?? offset,
      status: events.length === BATCH_SIZE ? 'behind' : 'current',
    };
  }

  onAppend(listener: () => void): () => void {
    return this.services.events.subscribe(RELEASES, listener);
  }
}

/** The cursor of a client that has received this event. */
export const cursorOf = ({ id }: Pick<ReleaseEvent, 'id'>): string =>
  encodeCursor({ epoch: EPOCH, offsets: [id] });

/** The cursor of a client that knows of every event so far. */
export const latestCursor = async (events: ReleaseEvents): Promise<string> =>
  cursorOf({ id: await events.latestOffset() });

function readCursor(cursor: string, latest: number): number {
  const { epoch, offsets } = decodeCursor(cursor);
  const [offset = 0, ...others] = offsets;
  // Events are never deleted: a cursor beyond the latest one comes from another installation.
  if (epoch !== EPOCH || offset > latest || others.length > 0) throw invalidCursor();
  return offset;
}
