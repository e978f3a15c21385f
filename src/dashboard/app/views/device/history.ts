import type { DeviceHistoryQuery } from '../../generated/graphql.js';

export type HistoryPage = NonNullable<DeviceHistoryQuery['device']>['history'];

/** A device came online or went offline. */
export type PresenceEvent = Pick<HistoryPage['edges'][number]['node'], 'id' | 'online' | 'reason' | 'at'>;

/** The presence events of a device up to now, the oldest first, without gaps. */
export interface History {
  readonly events: readonly PresenceEvent[];
  /** The cursor to load earlier events before; null when all are loaded. */
  readonly before: string | null;
}

const historyOf = ({ edges, pageInfo }: HistoryPage): History => ({
  events: edges.map(({ node }) => node),
  before: pageInfo.hasPreviousPage ? pageInfo.startCursor : null,
});

/** Adds the latest page, or starts over with it where it does not reach back to the loaded events. */
export function withLatest(history: History | null, page: HistoryPage): History {
  const latest = historyOf(page);
  const overlap = history?.events.findIndex(({ id }) => id === latest.events[0]?.id) ?? -1;
  if (!history || overlap < 0) return latest;
  return { events: [...history.events.slice(0, overlap), ...latest.events], before: history.before };
}

/** Adds the page before the loaded events. */
export function withEarlier(history: History, page: HistoryPage): History {
  const { events, before } = historyOf(page);
  return { events: [...events, ...history.events], before };
}
