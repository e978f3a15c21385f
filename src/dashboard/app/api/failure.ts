import type { CombinedError } from 'urql';

/** Why an operation failed, in the form in which views show it; see `feedback/failure-text.ts`. */
export class Failure extends Error {
  override readonly name = 'Failure';

  /**
   * @param code of the server's closed union, or NETWORK where the server was not reached.
   * @param field the input at fault. @param retryAfter in seconds.
   */
  constructor(
    readonly code: string,
    message: string,
    readonly field: string | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  /** What a GraphQL answer says, read without trust in its form. */
  static of(error: { message?: unknown; extensions?: unknown } | undefined): Failure {
    const { code, field, retryAfter } = extensionsOf(error?.extensions);
    return new Failure(
      typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR',
      typeof error?.message === 'string' ? error.message : '',
      typeof field === 'string' ? field : null,
      typeof retryAfter === 'number' ? retryAfter : null,
    );
  }

  static network = (cause: unknown) =>
    new Failure('NETWORK', cause instanceof Error ? cause.message : String(cause));
}

/** The failure of an operation that urql ran. */
export function failureOf(error: CombinedError): Failure {
  const [first] = error.graphQLErrors;
  if (first) return Failure.of(first);
  return Failure.network(error.networkError);
}

const extensionsOf = (value: unknown): { code?: unknown; field?: unknown; retryAfter?: unknown } =>
  value instanceof Object ? value : {};
