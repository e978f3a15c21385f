import { CommanderError } from 'commander';

/** How a command ends; the help and the README list them. */
export const ExitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  /** An import went through, and refused some of the lines. */
  refusedLines: 3,
  /** As shells count a death by SIGINT. */
  interrupted: 130,
} as const;

/** What was asked for makes no sense, so nothing was tried. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What a person, or with `--json` a program, is told. */
export interface Failure {
  readonly exitCode: number;
  readonly code: string;
  /** One line. Null where it was told already. */
  readonly message: string | null;
}

/** Never a stack, a statement or a row: who runs a command cannot do anything with those. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) {
    return { exitCode: error.exitCode === 0 ? ExitCode.done : ExitCode.usage, code: 'USAGE', message: null };
  }
  if (error instanceof UsageError) {
    return { exitCode: ExitCode.usage, code: 'USAGE', message: error.message };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'FAILED';
  return { exitCode: ExitCode.failed, code, message: sentence(error) };
}

function sentence(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  return cause === '' ? line : `${line} (${cause})`;
}
