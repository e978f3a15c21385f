import { isItemGroup, type SearchItem } from './search-item.js';

const MOST = 5;

/** Kept as long as the tab: the next person at this computer must not see names. */
const keyOf = (userId: string) => `gatehouse.recent.${userId}`;

/** The items that a user opened last, the latest first. */
export function recentItems(userId: string): SearchItem[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(keyOf(userId)) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isItem).slice(0, MOST) : [];
  } catch {
    // The browser blocks the storage, or it holds something else.
    return [];
  }
}

export function rememberItem(userId: string, item: SearchItem): void {
  const others = recentItems(userId).filter(({ to }) => to !== item.to);
  try {
    sessionStorage.setItem(keyOf(userId), JSON.stringify([item, ...others].slice(0, MOST)));
  } catch {
    // Recent items are a convenience.
  }
}

const isItem = (value: unknown): value is SearchItem =>
  typeof value === 'object' &&
  value !== null &&
  'to' in value &&
  typeof value.to === 'string' &&
  value.to.startsWith('/') &&
  'label' in value &&
  typeof value.label === 'string' &&
  'group' in value &&
  isItemGroup(value.group);
