import { LONGEST_HISTORY } from '../../api/limits.js';
import type { DeviceQuery, OfflineReason } from '../../generated/graphql.js';

type Transition = NonNullable<DeviceQuery['device']>['history'][number];

/** A time in which a device was online, or offline for one reason. Milliseconds since the epoch. */
export interface PresenceInterval {
  readonly online: boolean;
  /** Null when online, and where the device went offline before the history begins. */
  readonly reason: OfflineReason | null;
  readonly from: number;
  readonly to: number;
}

interface Observed {
  readonly history: readonly Transition[];
  readonly online: boolean;
  readonly firstSeenAt: string;
}

/**
 * What a device's transitions say of the time between two moments, the oldest first. Nothing is said of the time
 * before it was first seen, nor of that after a history that was too long to be answered whole.
 */
export function presenceIntervals(
  { history, online, firstSeenAt }: Observed,
  { from, to }: { from: number; to: number },
): PresenceInterval[] {
  const [first] = history;
  const isNew = first !== undefined && Date.parse(firstSeenAt) >= from;
  const before = {
    online: first ? !first.online : online,
    reason: null,
    at: Math.max(from, Date.parse(firstSeenAt)),
  };
  const marks = [
    ...(isNew ? [] : [before]),
    ...history.map(({ online, reason, at }) => ({ online, reason, at: Date.parse(at) })),
  ];
  const end = isTruncated(history) ? (marks.at(-1)?.at ?? to) : to;
  return marks
    .map((mark, index) => ({
      online: mark.online,
      reason: mark.reason,
      from: mark.at,
      to: marks[index + 1]?.at ?? Math.max(end, mark.at),
    }))
    .filter((stretch, index, all) => stretch.to > stretch.from || index === all.length - 1);
}

/** Whether there may be later transitions than these. */
export const isTruncated = (history: readonly Transition[]): boolean => history.length >= LONGEST_HISTORY;

/** The part of the observed time in which the device was online, 0 to 1; null where nothing is known. */
export function onlineShare(stretches: readonly PresenceInterval[]): number | null {
  const length = ({ from, to }: PresenceInterval) => to - from;
  const sum = (some: readonly PresenceInterval[]) =>
    some.reduce((total, stretch) => total + length(stretch), 0);
  const all = sum(stretches);
  return all === 0 ? null : sum(stretches.filter(({ online }) => online)) / all;
}
