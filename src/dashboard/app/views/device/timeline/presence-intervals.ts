import type { OfflineReason } from '../../../generated/graphql.js';
import type { PresenceEvent } from '../history.js';

/** A time during which a device was online, or offline for one reason. In milliseconds since the epoch. */
export interface PresenceInterval {
  readonly online: boolean;
  /** Null when online, and when the device went offline before the history starts. */
  readonly reason: OfflineReason | null;
  readonly from: number;
  readonly to: number;
}

/**
 * Turns all events of a device between two times into intervals, oldest first. The time before the device was first
 * seen is not covered.
 */
export function presenceIntervals(
  events: readonly Omit<PresenceEvent, 'id'>[],
  { online, firstSeenAt }: { readonly online: boolean; readonly firstSeenAt: string },
  { from, to }: { readonly from: number; readonly to: number },
): PresenceInterval[] {
  const [first] = events;
  const isNew = first !== undefined && Date.parse(firstSeenAt) >= from;
  const before = {
    online: first ? !first.online : online,
    reason: null,
    at: Math.max(from, Date.parse(firstSeenAt)),
  };
  const changes = [
    ...(isNew ? [] : [before]),
    ...events.map(({ online, reason, at }) => ({ online, reason, at: Date.parse(at) })),
  ];
  return changes
    .map((change, index) => ({
      online: change.online,
      reason: change.reason,
      from: change.at,
      to: changes[index + 1]?.at ?? Math.max(to, change.at),
    }))
    .filter((interval, index, all) => interval.to > interval.from || index === all.length - 1);
}

/** The share of the covered time that the device was online, from 0 to 1; null if no time is covered. */
export function onlineShare(intervals: readonly PresenceInterval[]): number | null {
  const length = ({ from, to }: PresenceInterval) => to - from;
  const sum = (some: readonly PresenceInterval[]) =>
    some.reduce((total, interval) => total + length(interval), 0);
  const all = sum(intervals);
  return all === 0 ? null : sum(intervals.filter(({ online }) => online)) / all;
}
