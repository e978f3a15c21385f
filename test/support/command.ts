import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs the built command line, with nothing of our own environment but what it needs to run.
 * @param input its standard input.
 */
export async function gatehouse(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Ended> {
  const child = spawn(process.execPath, ['dist/server/cli.js', ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  // One that does not read it all may be gone already.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, output, errors };
}

/** The JSON values that a command printed, one a line. */
export const values = ({ output }: Ended): unknown[] =>
  output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
