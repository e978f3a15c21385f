import type { LoggerOptions } from 'pino';

type LogMethod = NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']>;

/** Lines with the same message that are logged in the period, at most. */
const MAX_LINES = 20;
const PERIOD_MS = 10_000;
/** The level of pino from which lines are limited; below, each line belongs to one request. */
const WARN = 40;

/**
 * A hook for pino that limits how often a warning or error is repeated: while a database is away, thousands of requests
 * a second fail with the same one. The first lines of a period are logged, and the others counted in a line at its end.
 */
export function limitRepetition(): LogMethod {
  const lines = new Map<string, number>();
  /** @param report called at the end of the period if there were more lines. */
  const startPeriod = (message: string, report: (more: number) => void) => {
    setTimeout(() => {
      const more = (lines.get(message) ?? 0) - MAX_LINES;
      lines.delete(message);
      if (more > 0) report(more);
    }, PERIOD_MS).unref();
  };
  return function logMethod(args, method, level) {
    const message = args.find((argument) => typeof argument === 'string');
    if (level < WARN || message === undefined) return method.apply(this, args);
    const count = (lines.get(message) ?? 0) + 1;
    lines.set(message, count);
    if (count === 1) startPeriod(message, (more) => method.apply(this, [{ more }, message]));
    if (count <= MAX_LINES) method.apply(this, args);
  };
}
