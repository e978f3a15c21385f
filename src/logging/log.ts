import { type Logger, pino } from 'pino';
import type { Config } from '../config.js';
import { LogOutput } from './log-output.js';
import { loggedError } from './logged-error.js';
import { limitRepetition } from './repetition.js';

/** Opens the log of the process, on standard output. A regular end writes all lines. */
export function openLog({ LOG_LEVEL: level }: Config): Logger {
  const output = new LogOutput(process.stdout.fd);
  process.once('exit', () => output.flush());
  return pino({ level, serializers: { err: loggedError }, hooks: { logMethod: limitRepetition() } }, output);
}
