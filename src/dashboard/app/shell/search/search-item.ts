import type { en } from './texts.js';

export type ItemGroup = Exclude<keyof typeof en.groups, 'recent'>;

const groups: readonly ItemGroup[] = ['views', 'devices', 'people', 'releases', 'actions'];

export const isItemGroup = (value: unknown): value is ItemGroup => groups.some((group) => group === value);

/** Something that the search can open. */
export interface SearchItem {
  readonly group: ItemGroup;
  /** A path of the dashboard. */
  readonly to: string;
  readonly label: string;
  readonly note?: string | undefined;
}
