import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { UsageError } from '../failures.js';

/** A password is never an argument: every user of the machine can read the arguments of a process. */
export interface PasswordOptions {
  readonly passwordStdin?: boolean;
}

export const passwordStdinOption = ['--password-stdin', 'read the password from standard input'] as const;

/**
 * Reads a password from standard input, or asks for it in the terminal without echo.
 * @param confirm asks for it twice.
 * @throws UsageError if there is no terminal, or if the two differ.
 */
export async function readPassword(
  { passwordStdin }: PasswordOptions,
  { confirm } = { confirm: false },
): Promise<string> {
  if (passwordStdin) return (await text(process.stdin)).replace(/\r?\n$/, '');
  if (!process.stdin.isTTY) {
    throw new UsageError('There is no terminal to ask for the password; use --password-stdin.');
  }
  const password = await askSecretly('Password: ');
  if (confirm && (await askSecretly('Repeat password: ')) !== password) {
    throw new UsageError('The passwords do not match.');
  }
  return password;
}

/**
 * Asks in the terminal, without echo.
 * @throws UsageError if nothing is entered.
 */
export function askSecretly(question: string): Promise<string> {
  process.stderr.write(question);
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: discard, terminal: true });
  const answer = new Promise<string>((resolve, reject) => {
    const abort = () => reject(new UsageError('Nothing was entered.'));
    prompt.on('SIGINT', abort);
    prompt.on('close', abort);
    prompt.question('', resolve);
  });
  return answer.finally(() => {
    prompt.close();
    process.stderr.write('\n');
  });
}
