import type { Command } from 'commander';
import type { Failure } from './failures.js';

/** Where a command tells its outcome: for people, or with `--json` for programs, one JSON value a line. */
export class Output {
  #widths: number[] = [];

  constructor(readonly json: boolean) {}

  /** As the command line asks for it. */
  static of(command: Command): Output {
    return new Output(command.optsWithGlobals().json === true);
  }

  /** The outcome: `value` for programs, `sentence` for people. */
  outcome(value: object, sentence: string): void {
    process.stdout.write(this.json ? `${JSON.stringify(value)}\n` : `${printable(sentence)}\n`);
  }

  /** Why it failed, on standard error; nothing where it was told already. */
  failure({ code, message }: Failure): void {
    if (message === null) return;
    const told = this.json ? JSON.stringify({ error: { code, message } }) : `gatehouse: ${message}`;
    process.stderr.write(`${told}\n`);
  }

  /**
   * Some rows of a list; the first call decides how wide its columns are.
   * @param columns for people; a program gets the whole rows.
   */
  rows<Row extends object>(
    rows: readonly Row[],
    columns: Readonly<Record<string, (row: Row) => string>>,
  ): void {
    if (this.json) {
      for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
      return;
    }
    const cells = rows.map((row) => Object.values(columns).map((cell) => printable(cell(row))));
    if (this.#widths.length === 0) {
      cells.unshift(Object.keys(columns).map((name) => name.toUpperCase()));
      this.#widths = Object.keys(columns).map((_, at) =>
        Math.max(...cells.map((row) => width(row[at] ?? ''))),
      );
    }
    for (const row of cells) {
      const padded = row.map(
        (text, at) => text + ' '.repeat(Math.max(0, (this.#widths[at] ?? 0) - width(text))),
      );
      process.stdout.write(`${padded.join('  ').trimEnd()}\n`);
    }
  }
}

/** What somebody put into a name must not steer the terminal of who reads it. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}

/** Columns on a terminal: Chinese, Japanese and Korean characters take two. */
function width(text: string): number {
  const wide = text.match(
    /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g,
  );
  return [...text].length + (wide?.length ?? 0);
}
