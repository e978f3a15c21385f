/** A value of an exported row. A list becomes one cell, with its items separated by spaces. */
export type Cell = string | number | boolean | Date | null | readonly string[];

export const BYTE_ORDER_MARK = '\ufeff';

/**
 * What spreadsheets take for the beginning of a formula, in full width too.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** A line of CSV by RFC 4180. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(',')}\r\n`;

function csvCell(value: Cell): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = textOf(value);
  // An apostrophe makes a spreadsheet take the rest as text.
  const guarded = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

function textOf(value: Exclude<Cell, number | boolean>): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : value.join(' ');
}
