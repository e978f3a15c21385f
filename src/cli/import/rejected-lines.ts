import { type FileHandle, open } from 'node:fs/promises';
import { UsageError } from '../failures.js';
import { folderError } from '../input-file.js';
import { printable, printableJson } from '../terminal/terminal-text.js';

/** A line that was not imported. */
export interface RejectedLine {
  readonly line: number;
  readonly code: string;
  /** The field that the message is about; absent if the line cannot be read. */
  readonly field?: string;
  readonly message: string;
}

/** Reports rejected lines in a file, or on standard error. */
export class RejectedLines {
  private constructor(
    private readonly target: FileHandle | null,
    private readonly source: string,
    private readonly json: boolean,
  ) {}

  /**
   * @param path of the report, which is overwritten; undefined for standard error.
   * @param source the name of the imported file, printed before each line number.
   * @throws UsageError if the report cannot be written.
   */
  static async open(path: string | undefined, source: string, json: boolean): Promise<RejectedLines> {
    const target = path === undefined ? null : await open(path, 'w').catch(cannotWrite(path));
    return new RejectedLines(target, source, json);
  }

  /** @param log prints a line if there is no file. */
  async write(rejected: readonly RejectedLine[], log: (line: string) => void): Promise<void> {
    const lines = rejected.map((line) =>
      this.json ? printableJson(line) : printable(`${this.source}:${line.line}: ${line.message}`),
    );
    if (!this.target) lines.forEach(log);
    else if (lines.length > 0) await this.target.appendFile(`${lines.join('\n')}\n`);
  }

  async close(): Promise<void> {
    await this.target?.close();
  }
}

const cannotWrite =
  (path: string) =>
  ({ code }: NodeJS.ErrnoException): never => {
    if (code === 'EISDIR') throw folderError(path);
    if (code === 'ENOENT') throw new UsageError(`The folder of the file ${path} does not exist.`);
    throw new UsageError(`The file ${path} cannot be written (${code}).`);
  };
