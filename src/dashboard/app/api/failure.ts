import type { CombinedError } from 'urql';

/** A login that waits for a second factor. */
export interface Challenge {
  readonly token: string;
  /** What it can be completed with, such as `TOTP`. */
  readonly methods: readonly string[];
}

/** What some failures have besides their code. */
interface FailureDetails {
  /** The invalid input. */
  readonly field: string | null;
  /** In seconds. */
  readonly retryAfter: number | null;
  /** Of a login that requires a second factor. */
  readonly challenge: Challenge | null;
  /** What a step-up can be made with. */
  readonly methods: readonly string[];
}

const NO_DETAILS: FailureDetails = { field: null, retryAfter: null, challenge: null, methods: [] };

/** Why an operation failed. `ui/failure-text.ts` translates it. */
export class Failure extends Error implements FailureDetails {
  override readonly name = 'Failure';
  readonly field: string | null;
  readonly retryAfter: number | null;
  readonly challenge: Challenge | null;
  readonly methods: readonly string[];

  /**
   * @param code from the gateway's closed set, or NETWORK when the gateway could not be reached.
   * @param message the gateway's, in English.
   */
  constructor(
    readonly code: string,
    message: string,
    details: FailureDetails = NO_DETAILS,
  ) {
    super(message);
    this.field = details.field;
    this.retryAfter = details.retryAfter;
    this.challenge = details.challenge;
    this.methods = details.methods;
  }

  /** From an error of a GraphQL answer, whose form is not trusted. */
  static of(error: { message?: unknown; extensions?: unknown } | undefined): Failure {
    const { code, field, retryAfter, challenge, methods } = extensionsOf(error?.extensions);
    return new Failure(
      typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR',
      typeof error?.message === 'string' ? error.message : '',
      {
        field: typeof field === 'string' ? field : null,
        retryAfter: typeof retryAfter === 'number' ? retryAfter : null,
        challenge: challengeOf(challenge),
        methods: textsOf(methods),
      },
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

interface Extensions {
  readonly code?: unknown;
  readonly field?: unknown;
  readonly retryAfter?: unknown;
  readonly challenge?: unknown;
  readonly methods?: unknown;
}

const extensionsOf = (value: unknown): Extensions => (value instanceof Object ? value : {});

function challengeOf(value: unknown): Challenge | null {
  const { token, methods }: { token?: unknown; methods?: unknown } = value instanceof Object ? value : {};
  return typeof token === 'string' ? { token, methods: textsOf(methods) } : null;
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
