import { DomainError } from '../errors.js';

/** Offsets count within an epoch: those of different epochs cannot be compared. */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** The position as clients keep it: opaque, and good for `since`. */
export const encodeCursor = ({ epoch, offset }: Position): string =>
  Buffer.from(`${epoch}:${offset}`).toString('base64url');

/** @throws DomainError INVALID_INPUT for text that is not a cursor. */
export function decodeCursor(cursor: string): Position {
  const [, epoch, digits] =
    /^([\w-]{1,16}):(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (epoch === undefined) throw invalidCursor();
  return { epoch, offset: Number(digits) };
}

export const invalidCursor = () =>
  new DomainError('INVALID_INPUT', 'since must be the cursor of an event of this subscription.', {
    field: 'since',
  });
