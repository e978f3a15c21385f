import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { UsageError } from './failures.js';

/** How a command gets a password: never as an argument, which everybody on the machine can read. */
export interface PasswordOptions {
  readonly passwordStdin?: boolean;
}

export const passwordStdinOption = ['--password-stdin', 'read the password from standard input'] as const;

/**
 * The password of standard input, or what is typed, unseen.
 * @param twice for a new one, against slips.
 * @throws UsageError where nobody can be asked, or the two differ.
 */
export async function readPassword({ passwordStdin }: PasswordOptions, twice = false): Promise<string> {
  if (passwordStdin) return (await text(process.stdin)).replace(/\r?\n$/, '');
  if (!process.stdin.isTTY)
    throw new UsageError('There is no terminal to ask for the password: use --password-stdin.');
  const password = await ask('Password: ');
  if (twice && (await ask('Again: ')) !== password) throw new UsageError('The two passwords differ.');
  return password;
}

function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: unseen, terminal: true });
  const answer = new Promise<string>((resolve, reject) => {
    const givenUp = () => reject(new UsageError('No password was typed.'));
    reader.on('SIGINT', givenUp);
    reader.on('close', givenUp);
    reader.question('', resolve);
  });
  return answer.finally(() => {
    reader.close();
    process.stderr.write('\n');
  });
}
