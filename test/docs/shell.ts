import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Ends the output of each block. */
const END = '\0';

/** A Bash that runs the commands of a document one after another: variables and the working folder are kept. */
export class Shell {
  readonly #child: ChildProcess;
  #output = '';
  #errors = '';
  #blocks = 0;
  #hasExited = false;
  #wake: () => void = () => {};

  /**
   * @param folder the working folder.
   * @param env the whole environment, apart from PATH.
   */
  constructor(
    private readonly folder: string,
    env: Readonly<Record<string, string>>,
  ) {
    const PATH = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`;
    // A process group of its own, so that `close` ends the commands that are still running.
    this.#child = spawn('bash', ['-s'], { cwd: folder, env: { ...env, PATH }, detached: true });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#output += chunk;
      this.#wake();
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors += chunk;
    });
    this.#child.on('exit', () => {
      this.#hasExited = true;
      this.#wake();
    });
    this.#child.stdin?.write('set -eo pipefail\n');
  }

  /** Runs commands. @returns their standard output. @throws Error if one fails. */
  async run(commands: string): Promise<string> {
    const script = await this.#save(commands);
    this.#child.stdin?.write(`source ${script} </dev/null; printf '\\0'\n`);
    while (!this.#output.includes(END)) {
      if (this.#hasExited) throw new Error(`A command failed: ${commands}\n${this.#output}\n${this.#errors}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const [output = ''] = this.#output.split(END);
    this.#output = '';
    return output;
  }

  /** Runs commands that do not end. @returns reads their output so far, errors included. */
  async runInBackground(commands: string): Promise<() => Promise<string>> {
    const script = await this.#save(commands);
    const log = join(this.folder, `${script}.log`);
    await writeFile(log, '');
    await this.run(`source ${script} </dev/null >${script}.log 2>&1 &`);
    return () => readFile(log, 'utf8');
  }

  /** The value of a variable; empty if it is not set. */
  variable(name: string): Promise<string> {
    return this.run(`printf %s "\${${name}:-}"`);
  }

  async close(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined || this.#hasExited) return;
    const exited = once(this.#child, 'exit');
    process.kill(-pid, 'SIGTERM');
    await exited;
  }

  /** A script may read its standard input, which therefore cannot be the commands. */
  async #save(commands: string): Promise<string> {
    this.#blocks += 1;
    const name = `./block-${this.#blocks}.sh`;
    await writeFile(join(this.folder, name), `${commands}\n`);
    return name;
  }
}
