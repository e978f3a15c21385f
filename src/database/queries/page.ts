/** A column that a list is sorted by. PostgreSQL sorts null as the largest value. */
export interface SortKey {
  /** A property of the entity. */
  readonly property: string;
  readonly direction: 'asc' | 'desc';
  readonly type: 'integer' | 'bigint' | 'text' | 'time' | 'uuid';
  readonly nullable?: true;
  /** Whether many rows may have the same value. Neither it nor the keys after it are nullable. */
  readonly repeats?: true;
}

/** How a list is sorted. The last key is unique, so that every row has a position of its own. */
export interface ListOrder {
  /** Unique over all lists: it distinguishes the cursors of another list or order. */
  readonly name: string;
  readonly keys: readonly SortKey[];
}

/** The order of a list of rows with an integer id, sorted by other keys first. */
export function orderedBy(
  list: string,
  keys: readonly Omit<SortKey, 'direction'>[],
  direction: SortKey['direction'] = 'asc',
): ListOrder {
  const all = [...keys, id].map((key) => ({ ...key, direction }));
  return { name: `${list} by ${all.map(({ property }) => property).join(', ')} ${direction}`, keys: all };
}

const id = { property: 'id', type: 'integer' } as const;

/** The values that a row has in the keys of an order. Times are texts that PostgreSQL reads, to the microsecond. */
export type Position = readonly (number | string | null)[];

/** Which rows of a list, at most `size` between two positions, and which of their properties. */
export interface PageRequest<K extends string> {
  readonly properties: readonly K[];
  readonly order: ListOrder;
  readonly size: number;
  /** Whether to count from the end. */
  readonly backwards: boolean;
  readonly after: Position | null;
  readonly before: Position | null;
}

/** Rows of a list, in its order. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** The position of each row. */
  readonly positions: readonly Position[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** The first rows of a list. */
export const firstRows = <K extends string>(
  properties: readonly K[],
  order: ListOrder,
  size: number,
  after: Position | null = null,
): PageRequest<K> => ({ properties, order, size, backwards: false, after, before: null });
