/**
 * Waits until a condition holds, or for at most so many milliseconds.
 * @param subscribe calls back whenever the condition may hold, until its result is called.
 */
export async function until(
  isTrue: () => boolean,
  subscribe: (check: () => void) => () => void,
  timeoutMs: number,
): Promise<void> {
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(done.resolve, timeoutMs);
  const unsubscribe = subscribe(() => {
    if (isTrue()) done.resolve();
  });
  try {
    await done.promise;
  } finally {
    clearTimeout(timer);
    unsubscribe();
  }
}
