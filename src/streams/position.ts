import { DomainError } from '../errors.js';

/**
 * What a subscriber has received: everything up to an offset in each shard of a stream. Offsets count within an epoch:
 * those of different epochs cannot be compared.
 */
export interface Position {
  readonly epoch: string;
  /** By shard. A stream without shards has one. */
  readonly offsets: readonly number[];
}

/** The position as clients keep it: opaque, and good for `since`. */
export const encodeCursor = ({ epoch, offsets }: Position): string =>
  Buffer.from(`${epoch}:${offsets.join('.')}`).toString('base64url');

/** @throws DomainError INVALID_INPUT for text that is not a cursor. */
export function decodeCursor(cursor: string): Position {
  const [, epoch, digits = ''] =
    /^([\w-]{1,16}):(\d{1,16}(?:\.\d{1,16})*)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (epoch === undefined) throw invalidCursor();
  return { epoch, offsets: digits.split('.').map(Number) };
}

export const invalidCursor = () =>
  new DomainError('INVALID_INPUT', 'since must be the cursor of an event of this subscription.', {
    field: 'since',
  });
