import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Server } from '../../support/server.js';
import type { Installation } from './installation.js';

/** A command that makes a backup. */
export class Backup {
  readonly #path: string;
  readonly #command: Server;

  /** Starts it. */
  constructor(
    private readonly installation: Installation,
    private readonly name: string,
  ) {
    this.#path = join(installation.dataDir, '..', name);
    this.#command = installation.command(['backup', this.#path]);
  }

  kill(): void {
    this.#command.child.kill('SIGKILL');
  }

  /** Makes the backup again. @returns what is wrong with its archive, and with the repetition. */
  async violations(): Promise<string[]> {
    const { code, errors } = await this.#command.ended;
    const found: string[] = [];
    const files = await this.#files();
    // Null if it was killed.
    if (code !== 0 && code !== null && errors === '')
      found.push(`The backup ended with ${code}, and said nothing.`);
    if (code === 0 && !files.includes(this.name)) found.push('The archive of a backup is missing.');
    if (code !== null && files.some((file) => file !== this.name)) found.push(`A backup has left ${files}.`);
    if (files.includes(this.name)) found.push(...(await this.#run('verify')));
    found.push(...(await this.#run('backup', '--force')), ...(await this.#run('verify')));
    const left = await this.#files();
    if (left.length !== 1) found.push(`The repeated backup has left ${left}.`);
    await rm(this.#path);
    return found;
  }

  /** The archive, and what is still a part of one. */
  async #files(): Promise<string[]> {
    return (await readdir(dirname(this.#path))).filter((file) => file.includes(this.name));
  }

  async #run(name: string, ...options: string[]): Promise<string[]> {
    const { code, errors } = await this.installation.command([name, this.#path, ...options]).ended;
    return code === 0 ? [] : [`${name} ended with ${code}, and said: ${errors}`];
  }
}
