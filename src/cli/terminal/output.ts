import type { Command } from 'commander';
import type { Failure } from '../failures.js';
import { displayWidth, printable, printableJson } from './terminal-text.js';

/** Prints results as text, or with `--json` as one JSON value per line. */
export class Output {
  #columnWidths: readonly number[] | null = null;

  constructor(readonly json: boolean) {}

  /** Reads `--json` from the command line. */
  static of(command: Command): Output {
    return new Output(command.optsWithGlobals().json === true);
  }

  /** Prints `value` as JSON, or else `sentence`. */
  result(value: object, sentence: string): void {
    process.stdout.write(this.json ? `${printableJson(value)}\n` : `${printable(sentence)}\n`);
  }

  /** Prints a remark on standard error, which JSON leaves out. */
  notice(sentence: string): void {
    if (!this.json) process.stderr.write(`${printable(sentence)}\n`);
  }

  /** Prints a failure on standard error. */
  failure({ code, message }: Failure): void {
    if (message === null) return;
    const line = this.json ? printableJson({ error: { code, message } }) : `gatehouse: ${printable(message)}`;
    process.stderr.write(`${line}\n`);
  }

  /**
   * Prints one page of a list. The first page sets the widths of the columns.
   * @param columns the cells of the text form; JSON prints whole rows.
   */
  rows<Row extends object>(
    rows: readonly Row[],
    columns: Readonly<Record<string, (row: Row) => string>>,
  ): void {
    if (this.json) {
      for (const row of rows) process.stdout.write(`${printableJson(row)}\n`);
      return;
    }
    const lines = rows.map((row) => Object.values(columns).map((cell) => printable(cell(row))));
    if (!this.#columnWidths) lines.unshift(Object.keys(columns).map((name) => name.toUpperCase()));
    const widths = this.#columnWidths ?? columnWidths(lines);
    this.#columnWidths = widths;
    for (const cells of lines) {
      const padded = cells.map(
        (cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - displayWidth(cell))),
      );
      process.stdout.write(`${padded.join('  ').trimEnd()}\n`);
    }
  }
}

const columnWidths = ([head = [], ...lines]: readonly (readonly string[])[]): number[] =>
  head.map((name, index) =>
    Math.max(...[name, ...lines.map((cells) => cells[index] ?? '')].map(displayWidth)),
  );
