import type { Command } from 'commander';
import { collect } from '../device/selection.js';
import { UsageError } from '../failures.js';

export interface AuditFilterOptions {
  readonly search?: string;
  readonly action?: string[];
  readonly actor?: string;
  readonly target?: string;
  readonly from?: string;
  readonly to?: string;
}

const TIME = 'a time such as 2026-11-29T08:00:00Z, or a day such as 2026-11-29 in the local time zone';

export const withAuditFilter = (command: Command): Command =>
  command
    .option('--search <text>', 'part of an action, target, address, detail, or name of a person or device')
    .option(
      '--action <action>',
      'entries about this action, such as SESSION_REFUSE; may be repeated',
      collect,
    )
    .option('--actor <id>', 'what this user did, such as user_64')
    .option('--target <id>', 'what was done to this object, such as device_28')
    .option('--from <time>', `entries from this time on: ${TIME}`)
    .option('--to <time>', 'entries before this time, or up to the end of this day');

/** The filter of the API. @throws UsageError */
export function readAuditFilter({ search, action, actor, target, from, to }: AuditFilterOptions): object {
  return {
    ...(search === undefined ? {} : { search }),
    ...(action === undefined ? {} : { actions: action.map((name) => name.toUpperCase()) }),
    ...(actor === undefined ? {} : { actorId: actor }),
    ...(target === undefined ? {} : { target }),
    ...(from === undefined ? {} : { from: readTime('--from', from, 0) }),
    ...(to === undefined ? {} : { to: readTime('--to', to, 1) }),
  };
}

/** @param later days that are added to a day. */
function readTime(option: string, text: string, later: number): string {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const time = year ? new Date(Number(year), Number(month) - 1, Number(day) + later) : new Date(text);
  if (!(year || isTime) || Number.isNaN(time.getTime()) || (year && !isDay(text))) {
    throw new UsageError(`${option} must be ${TIME}.`);
  }
  return time.toISOString();
}

/** Whether the month has this day. */
const isDay = (text: string): boolean => {
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
};
