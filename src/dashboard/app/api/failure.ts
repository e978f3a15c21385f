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

  /** From an answer without a GraphQL body, such as that of a proxy in front of a gateway that restarts. */
  static ofStatus(status: number): Failure {
    return new Failure(codeOfStatus[status] ?? 'INTERNAL_SERVER_ERROR', `HTTP ${status}`);
  }

  static network = (cause: unknown) =>
    new Failure('NETWORK', cause instanceof Error ? cause.message : String(cause));
}

/** From an operation that urql ran. */
export function failureOf(error: CombinedError): Failure {
  const [first] = error.graphQLErrors;
  if (first) return Failure.of(first);
  const response: Response | undefined = error.response;
  // When a connection fails, even in the middle of an answer, `fetch` throws a TypeError.
  if (!response || error.networkError instanceof TypeError) return Failure.network(error.networkError);
  return Failure.ofStatus(response.status);
}

const codeOfStatus: Readonly<Record<number, string>> = {
  413: 'TOO_LARGE',
  429: 'THROTTLED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};

const extensionsOf = (value: unknown): { code?: unknown; field?: unknown; retryAfter?: unknown } =>
  value instanceof Object ? value : {};
