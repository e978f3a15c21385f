import { useState } from 'react';
import type { HistoryRange } from '../../../generated/graphql.js';

/** The last five minutes, which the page has followed itself. */
export const LIVE = 'LIVE';

/** The ranges on offer, the shortest first. */
export const activityRanges = [LIVE, 'HOUR', 'DAY', 'MONTH'] as const;

type ActivityRange = (typeof activityRanges)[number];

/** How often the history is read, in milliseconds: the gateway samples every 10 seconds. */
export const refreshMs: Record<HistoryRange, number> = { HOUR: 10_000, DAY: 60_000, MONTH: 60_000 };

const STORAGE_KEY = 'gatehouse-activity-range';

const rangeOf = (text: string | null): ActivityRange =>
  activityRanges.find((range) => range === text) ?? 'HOUR';

/** The range that is shown, which this browser remembers. */
export function useActivityRange(): [range: ActivityRange, choose: (range: string) => void] {
  const [range, setRange] = useState(() => rangeOf(localStorage.getItem(STORAGE_KEY)));
  const choose = (chosen: string) => {
    localStorage.setItem(STORAGE_KEY, chosen);
    setRange(rangeOf(chosen));
  };
  return [range, choose];
}
