import { useMemo, useSyncExternalStore } from 'react';
import { MOST_SELECTED } from '../../../api/limits.js';
import type { DeviceFilter } from '../../../generated/graphql.js';
import type { Presence } from '../live/device-table.js';

/**
 * The devices that an action is to change: some by hand, or all that the filter selects. Its state is outside React, so
 * that a click renders one row of thousands.
 */
export class Selection {
  #ids = new Set<string>();
  #isAll = false;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly filter: DeviceFilter) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Whether it is all devices that the filter selects, listed or not. */
  get isAll(): boolean {
    return this.#isAll;
  }

  /** The number of devices that were selected by hand. */
  get size(): number {
    return this.#ids.size;
  }

  get isEmpty(): boolean {
    return !this.#isAll && this.#ids.size === 0;
  }

  has(id: string): boolean {
    return this.#isAll || this.#ids.has(id);
  }

  /** What selects these devices on the gateway. */
  toFilter(): DeviceFilter {
    return this.#isAll ? this.filter : { ids: [...this.#ids] };
  }

  /** @param listed what remains when one of all devices is deselected. */
  toggle(id: string, listed: readonly string[]): void {
    if (this.#isAll) this.selectListed(listed);
    if (!this.#ids.delete(id) && this.#ids.size < MOST_SELECTED) this.#ids.add(id);
    this.#changed();
  }

  /** Selects the first listed devices, as many as can be selected by hand. */
  selectListed(listed: readonly string[]): void {
    this.#isAll = false;
    this.#ids = new Set(listed.slice(0, MOST_SELECTED));
    this.#changed();
  }

  selectAll(): void {
    this.#isAll = true;
    this.#ids.clear();
    this.#changed();
  }

  readonly clear = (): void => {
    this.#isAll = false;
    this.#ids.clear();
    this.#changed();
  };

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** A selection that starts empty with each filter. */
export function useSelection(filter: DeviceFilter, presence: Presence): Selection {
  return useMemo(
    () => new Selection(presence === 'all' ? filter : { ...filter, online: presence === 'online' }),
    [filter, presence],
  );
}

export const useIsSelected = (selection: Selection, id: string): boolean =>
  useSyncExternalStore(selection.subscribe, () => selection.has(id));

/** The number of devices that were selected by hand; `all` for those of the filter. */
export const useSelected = (selection: Selection): number | 'all' =>
  useSyncExternalStore(selection.subscribe, () => (selection.isAll ? 'all' : selection.size));
