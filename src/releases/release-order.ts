import type { ListOrder } from '../database/queries/page.js';

/** By channel, the newest version first. */
export const releaseOrder: ListOrder = {
  name: 'releases',
  keys: [
    { property: 'channel', direction: 'asc', type: 'text' },
    { property: 'versionOrder', direction: 'desc', type: 'text' },
  ],
};
