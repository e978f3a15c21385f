import type { Permission } from '../../users/permissions.js';
import type { Cell } from '../csv.js';

/** The rows of a list, for an export. */
export interface ExportedRows {
  /** What the caller needs until the last row. */
  readonly permission: Permission;
  readonly columns: readonly string[];
  /** The ids of all rows, in the order of the list. */
  ids(): Promise<Int32Array>;
  /** The cells of the rows that still exist, in the order of the ids and of the columns. */
  read(ids: Int32Array): Promise<(readonly Cell[])[]>;
}
