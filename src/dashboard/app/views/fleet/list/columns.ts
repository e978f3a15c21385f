import { useState } from 'react';
import { usePermission } from '../../../session/session-context.js';

/** What the list can show of a device besides its name, in this order, with the width of its column. */
const widths = {
  owner: 'minmax(0, 1.2fr)',
  api: 'minmax(76px, 0.8fr)',
  version: 'minmax(92px, 0.8fr)',
  channel: 'minmax(60px, 0.7fr)',
  tags: 'minmax(0, 1.4fr)',
  interval: 'minmax(60px, 0.7fr)',
  firstSeen: 'minmax(92px, 1fr)',
  lastSeen: 'minmax(92px, 1fr)',
} as const;

export type Column = keyof typeof widths;

const isColumn = (name: unknown): name is Column => typeof name === 'string' && Object.hasOwn(widths, name);

const columns = Object.keys(widths).filter(isColumn);

const byDefault: readonly Column[] = ['owner', 'api', 'version', 'lastSeen'];

const STORAGE_KEY = 'gatehouse-device-columns';

/** The columns that a browser remembers, without those that no longer exist. */
export function columnsOf(stored: string | null): readonly Column[] {
  try {
    const names: unknown = JSON.parse(stored ?? '');
    return Array.isArray(names) ? columns.filter((column) => names.includes(column)) : byDefault;
  } catch {
    return byDefault;
  }
}

export interface Columns {
  /** Those that the viewer can choose from. */
  readonly offered: readonly Column[];
  /** Those that are shown. It keeps its identity until they change. */
  readonly shown: readonly Column[];
  readonly choose: (columns: readonly string[]) => void;
}

/** The columns of the list, which this browser remembers. */
export function useColumns(): Columns {
  const may = usePermission();
  const offered = columns.filter((column) => column !== 'owner' || may('DEVICES_READ'));
  const [shown, setShown] = useState(() =>
    columnsOf(localStorage.getItem(STORAGE_KEY)).filter((column) => offered.includes(column)),
  );
  const choose = (names: readonly string[]) => {
    const chosen = offered.filter((column) => names.includes(column));
    localStorage.setItem(STORAGE_KEY, JSON.stringify(chosen));
    setShown(chosen);
  };
  return { offered, shown, choose };
}

/** The grid of a row: a checkbox, the name, and the columns. */
export const gridOf = (shown: readonly Column[], isSelectable: boolean): string =>
  [...(isSelectable ? ['24px'] : []), 'minmax(0, 2.4fr)', ...shown.map((column) => widths[column])].join(' ');
