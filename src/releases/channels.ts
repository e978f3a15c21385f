import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../errors.js';

/** The channel of the legacy APIs, and the default of GraphQL. */
export const STABLE = 'stable';

/** Besides `STABLE`. Channels are listed without pages. */
const MAX_CHANNELS = 100;

/** For a channel without releases. @throws DomainError INVALID_INPUT (channel) when there can be no more. */
export async function requireNewChannel(em: EntityManager, channel: string): Promise<void> {
  if (channel === STABLE) return;
  const [row] = await em.execute<{ channels: number }[]>(
    'select count(distinct channel)::int as channels from releases where channel <> ?',
    [STABLE],
  );
  if (row && row.channels < MAX_CHANNELS) return;
  const message = `channel must exist: there are ${MAX_CHANNELS} besides ${STABLE}, and no more are possible.`;
  throw new DomainError('INVALID_INPUT', message, { field: 'channel' });
}
