/**
 * Answers questions of the parent process, in each server that is measured. Gatehouse preloads it (`node --import`), and
 * runs unchanged otherwise.
 */

type Answer = (argument: unknown) => unknown;

/** By the name of the question. A peer adds its own. */
export const answers: Record<string, Answer> = {
  /** Microseconds of CPU so far, on all threads. */
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** Bytes after garbage collection: resident, and of the heap. */
  memory: () => {
    for (let round = 0; round < 5; round++) globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    return [rss, heapUsed];
  },
};

process.on(
  'message',
  async ({ id, question, argument }: { id: number; question: string; argument: unknown }) => {
    try {
      process.send?.({ id, answer: await answers[question]?.(argument) });
    } catch (error) {
      process.send?.({ id, error: String(error) });
    }
  },
);

// A run that is interrupted leaves no server behind.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
