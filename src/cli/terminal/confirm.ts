import { createInterface } from 'node:readline/promises';
import { UsageError } from '../failures.js';

/**
 * Asks a question in the terminal that `y` or `yes` answers.
 * @param yes answers it without asking.
 * @throws UsageError for any other answer, and without a terminal.
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new UsageError(`${question} There is no terminal to ask: confirm with --yes.`);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing was changed.');
  } finally {
    prompt.close();
  }
}
