import { LRUCache } from 'lru-cache';

/**
 * A cache that discards what was not used for longest. It grows as it fills: with `max`, the library would allocate the
 * whole of it, which takes a noticeable part of a start.
 * @param capacity entries.
 * @param onDiscard called with each value that leaves it, or that another one replaces.
 */
export const growingCache = <K extends {}, V extends {}>(
  capacity: number,
  onDiscard: (value: V) => void = () => {},
): LRUCache<K, V> => new LRUCache<K, V>({ maxSize: capacity, sizeCalculation: () => 1, dispose: onDiscard });
