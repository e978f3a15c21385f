import { type FileHandle, open } from 'node:fs/promises';
import { UsageError } from './failures.js';
import { folderError } from './input-file.js';

/** A line that was not taken. */
export interface RejectedLine {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

/** Where refused lines are named: a file of their own, or standard error. */
export class RejectedLines {
  private constructor(
    private readonly target: FileHandle | null,
    private readonly source: string,
    private readonly json: boolean,
  ) {}

  /**
   * @param path of the file to write anew; undefined for standard error.
   * @param source how the file that is read is called.
   * @throws UsageError when the file cannot be written.
   */
  static async open(path: string | undefined, source: string, json: boolean): Promise<RejectedLines> {
    const target = path === undefined ? null : await open(path, 'w').catch(cannotWrite(path));
    return new RejectedLines(target, source, json);
  }

  /** @param log where a line goes when there is no file. */
  async write(refusals: readonly RejectedLine[], log: (line: string) => void): Promise<void> {
    const lines = refusals.map((refusal) =>
      this.json ? JSON.stringify(refusal) : `${this.source}:${refusal.line}: ${refusal.message}`,
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
    if (code === 'ENOENT') throw new UsageError(`There is no folder for the file ${path}.`);
    throw new UsageError(`The file ${path} cannot be written (${code}).`);
  };
