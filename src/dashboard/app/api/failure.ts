import type { CombinedError } from 'urql';

/** Why an operation failed. `ui/failure-text.ts` translates it. */
export class Failure extends Error {
  override readonly name = 'Failure';

  /**
   * @param code from the gateway's closed set, or NETWORK when the gateway could not be reached.
   * @param message the gateway's, in English.
   * @param field the invalid input. @param retryAfter seconds.
   */
  constructor(
    readonly code: string,
    message: string,
    readonly field: string | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  /** From an error of a GraphQL answer, whose form is not trusted. */
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

/** From an operation that urql ran. */
export function failureOf(error: CombinedError): Failure {
  const [first] = error.graphQLErrors;
  if (first) return Failure.of(first);
  return Failure.network(error.networkError);
}

const extensionsOf = (value: unknown): { code?: unknown; field?: unknown; retryAfter?: unknown } =>
  value instanceof Object ? value : {};
