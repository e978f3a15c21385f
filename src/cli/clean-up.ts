import { ExitCode } from './failures.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs work that must be cleaned up after, also when it is interrupted: by a signal, or because nobody reads its
 * output any more (`… | head`). Then the process ends.
 */
export async function withCleanup<T>(cleanUp: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  let cleaning: Promise<void> | undefined;
  const clean = () => {
    cleaning ??= cleanUp();
    return cleaning;
  };
  const leave = (exitCode: number) => void clean().finally(() => process.exit(exitCode));
  const interrupted = () => leave(ExitCode.interrupted);
  const unread = () => leave(ExitCode.done);
  for (const signal of SIGNALS) process.on(signal, interrupted);
  process.stdout.on('error', unread);
  try {
    return await work();
  } finally {
    await clean();
    for (const signal of SIGNALS) process.off(signal, interrupted);
    process.stdout.off('error', unread);
  }
}
