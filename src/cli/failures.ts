import { CommanderError } from 'commander';

/** Exit codes, as listed in the help and docs/operations.md. */
export const ExitCode = {
  success: 0,
  failure: 1,
  usage: 2,
  /** An import succeeded, but rejected some lines. */
  rejectedLines: 3,
  /** 128 + SIGINT, like in shells. */
  interrupted: 130,
} as const;

/** An invalid command line. Nothing has been done yet. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Why a command failed. */
export interface Failure {
  readonly exitCode: number;
  readonly code: string;
  /** One line; null if commander has already printed it. */
  readonly message: string | null;
}

/** Never contains a stack trace, an SQL statement or a row: the user of a command can do nothing with them. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) {
    const exitCode = error.exitCode === 0 ? ExitCode.success : ExitCode.usage;
    return { exitCode, code: 'USAGE', message: null };
  }
  if (error instanceof UsageError) {
    return { exitCode: ExitCode.usage, code: 'USAGE', message: error.message };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'FAILED';
  return { exitCode: ExitCode.failure, code, message: firstLine(error) };
}

function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  return cause === '' ? line : `${line} (${cause})`;
}
