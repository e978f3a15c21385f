import { decodeCursor, encodeCursor, invalidCursor } from '../streams/position.js';

/** Transactions in progress that a cursor names, which bounds its length. */
const MAX_IN_PROGRESS = 20;

/**
 * The cursor of a subscriber that has received all entries in a snapshot.
 * @param fleetId tells the cursors of other databases apart.
 * @param snapshot as PostgreSQL writes it: `xmin:xmax:xip,xip`. Of one with many transactions in progress, a part is
 * encoded: a subscriber may receive some entries twice, and misses none.
 */
export function snapshotCursor(fleetId: string, snapshot: string): string {
  const [xmin = '', xmax = '', list = ''] = snapshot.split(':');
  const inProgress = list === '' ? [] : list.split(',');
  const named = inProgress.slice(0, MAX_IN_PROGRESS);
  const end = inProgress[MAX_IN_PROGRESS] ?? xmax;
  const distances = [end, ...named].map((id) => Number(id) - Number(xmin));
  return encodeCursor({ epoch: epochOf(fleetId), offsets: [Number(xmin), ...distances] });
}

/** @returns the snapshot, as PostgreSQL reads it. @throws DomainError INVALID_INPUT */
export function snapshotOf(fleetId: string, cursor: string): string {
  const { epoch, offsets } = decodeCursor(cursor);
  const [xmin = 0, end = 0, ...inProgress] = offsets;
  const isSorted = inProgress.every((id, at) => id < end && id > (inProgress[at - 1] ?? -1));
  if (epoch !== epochOf(fleetId) || xmin < 1 || !isSorted) throw invalidCursor();
  return `${xmin}:${xmin + end}:${inProgress.map((id) => xmin + id).join(',')}`;
}

const epochOf = (fleetId: string) => `audit-${fleetId.slice(0, 8)}`;
