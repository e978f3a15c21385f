import { BYTE_ORDER_MARK, type Cell, csvLine } from './csv.js';
import type { ExportOptions } from './export-request.js';

/** The text of an export, a piece for each page of rows. */
export async function* writtenRows(
  { format, byteOrderMark }: ExportOptions,
  columns: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncGenerator<string> {
  const isCsv = format === 'CSV';
  if (isCsv) yield (byteOrderMark ? BYTE_ORDER_MARK : '') + csvLine(columns);
  const line = isCsv ? csvLine : (cells: readonly Cell[]) => jsonLine(columns, cells);
  for await (const rows of pages) yield rows.map(line).join('');
}

const jsonLine = (columns: readonly string[], cells: readonly Cell[]): string =>
  `${JSON.stringify(Object.fromEntries(columns.map((column, index) => [column, cells[index]])))}\n`;
