import { ExitCode } from './failures.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `work` and then `cleanUp`, also on a signal and when standard output is closed (`… | head`); these two end
 * the process.
 */
export async function withCleanup<T>(cleanUp: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  let cleaning: Promise<void> | undefined;
  const clean = () => {
    cleaning ??= cleanUp();
    return cleaning;
  };
  const exit = (exitCode: number) => void clean().finally(() => process.exit(exitCode));
  const onSignal = () => exit(ExitCode.interrupted);
  const onOutputClosed = () => exit(ExitCode.success);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.stdout.on('error', onOutputClosed);
  try {
    const result = await work();
    await clean();
    return result;
  } catch (error) {
    // A database that has ended makes both fail, and the first failure says more.
    await clean().catch(() => {});
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.stdout.off('error', onOutputClosed);
  }
}
