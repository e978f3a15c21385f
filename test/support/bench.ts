import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { CommandResult } from './command.js';

/** Runs `npm run bench` with these arguments, on what is built. */
export async function bench(...args: readonly string[]): Promise<CommandResult> {
  const child = spawn(process.execPath, ['test/bench/main.ts', ...args], {
    env: { PATH: process.env.PATH ?? '' },
  });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, output, errors };
}
