/** Why something failed, in one line. The error of a name with several addresses has no message of its own. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof AggregateError ? error.cause : error;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const [line = ''] = (first instanceof Error ? first.message : String(first)).split('\n');
  return line.replace(/\.$/, '');
}
