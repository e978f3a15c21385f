import { LONGEST_HISTORY } from '../../api/limits.js';
import type { DeviceQuery, OfflineReason } from '../../generated/graphql.js';

type Transition = NonNullable<DeviceQuery['device']>['history'][number];

/** A time during which a device was online, or offline for one reason. In milliseconds since the epoch. */
export interface PresenceInterval {
  readonly online: boolean;
  /** Null when online, and when the device went offline before the history starts. */
  readonly reason: OfflineReason | null;
  readonly from: number;
  readonly to: number;
}

interface DevicePresence {
  readonly history: readonly Transition[];
  readonly online: boolean;
  readonly firstSeenAt: string;
}

/**
 * Turns the transitions of a device into intervals between two times, oldest first. The time before the device was
 * first seen, and after a truncated history, is not covered.
 */
export function presenceIntervals(
  { history, online, firstSeenAt }: DevicePresence,
  { from, to }: { from: number; to: number },
): PresenceInterval[] {
  const [first] = history;
  const isNew = first !== undefined && Date.parse(firstSeenAt) >= from;
  const before = {
    online: first ? !first.online : online,
    reason: null,
    at: Math.max(from, Date.parse(firstSeenAt)),
  };
  const changes = [
    ...(isNew ? [] : [before]),
    ...history.map(({ online, reason, at }) => ({ online, reason, at: Date.parse(at) })),
  ];
  const end = isTruncated(history) ? (changes.at(-1)?.at ?? to) : to;
  return changes
    .map((change, index) => ({
      online: change.online,
      reason: change.reason,
      from: change.at,
      to: changes[index + 1]?.at ?? Math.max(end, change.at),
    }))
    .filter((interval, index, all) => interval.to > interval.from || index === all.length - 1);
}

/** Whether later transitions may be missing. */
export const isTruncated = (history: readonly Transition[]): boolean => history.length >= LONGEST_HISTORY;

/** The share of the covered time that the device was online, from 0 to 1; null if no time is covered. */
export function onlineShare(intervals: readonly PresenceInterval[]): number | null {
  const length = ({ from, to }: PresenceInterval) => to - from;
  const sum = (some: readonly PresenceInterval[]) =>
    some.reduce((total, interval) => total + length(interval), 0);
  const all = sum(intervals);
  return all === 0 ? null : sum(intervals.filter(({ online }) => online)) / all;
}
