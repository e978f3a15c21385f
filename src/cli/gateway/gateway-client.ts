import { z } from 'zod';
import documents from '../../../schema/trusted-documents.json' with { type: 'json' };
import { UsageError } from '../failures.js';

const Challenge = z.object({ token: z.string() });

const GraphqlResponse = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        extensions: z.object({ code: z.string(), challenge: Challenge.optional() }).optional(),
      }),
    )
    .optional(),
});

/** The refresh token is null only for pages of the gateway itself. */
const Opened = z.object({ accessToken: z.string(), refreshToken: z.string().nullable() });

/** Recovery codes are longer. */
const isTotp = (code: string): boolean => /^\s*\d{3}\s?\d{3}\s*$/.test(code);

/** An error that the gateway reports, or UNAVAILABLE if no gateway responds. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly code: string,
    message: string,
    /** With SECOND_FACTOR_REQUIRED: the token for `completeLogin`. */
    readonly challenge: string | null = null,
  ) {
    super(message);
  }
}

/** A GraphQL client of a running gateway. It sends trusted documents only, so it works in every GRAPHQL_DOCUMENTS mode. */
export class GatewayClient {
  readonly endpoint: URL;

  #token: string;
  /** Of a session that `login` opened; null for a token. */
  #refreshToken: string | null;

  private constructor(url: string, token: string, refreshToken: string | null) {
    this.endpoint = endpointOf(url);
    this.#token = token;
    this.#refreshToken = refreshToken;
  }

  get token(): string {
    return this.#token;
  }

  /** @throws UsageError without a token. */
  static withToken(url: string, token: string | undefined): GatewayClient {
    if (token) return new GatewayClient(url, token, null);
    throw new UsageError('Sign in with --username, --token or GATEHOUSE_TOKEN.');
  }

  /**
   * @param readCode a code of the authenticator app or a recovery code, for an account with a second factor.
   * @throws GatewayError
   */
  static async login(
    url: string,
    username: string,
    password: string,
    readCode: () => Promise<string>,
  ): Promise<GatewayClient> {
    const anonymous = new GatewayClient(url, '', null);
    const opened = await anonymous
      .execute('Login', { input: { username, password } }, z.object({ login: Opened }))
      .then(({ login }) => login)
      .catch(async (error: unknown) => {
        if (!(error instanceof GatewayError) || error.challenge === null) throw error;
        return anonymous.#complete(error.challenge, await readCode());
      });
    return new GatewayClient(url, opened.accessToken, opened.refreshToken);
  }

  async #complete(challenge: string, code: string): Promise<z.output<typeof Opened>> {
    const proof = isTotp(code) ? { totpCode: code } : { recoveryCode: code };
    const { completeLogin } = await this.execute(
      'CompleteLogin',
      { input: { challenge, ...proof } },
      z.object({ completeLogin: Opened }),
    );
    return completeLogin;
  }

  /** Ends the session that `login` opened; keeps that of a token. */
  async logout(): Promise<void> {
    if (this.#refreshToken === null) return;
    await this.execute('Logout', { input: {} }, z.unknown()).catch(() => {});
  }

  /**
   * Replaces the access token of a session that `login` opened, for a command that lasts longer than the token.
   * @throws GatewayError if the session has ended, or is that of a token.
   */
  async renew(): Promise<void> {
    if (this.#refreshToken === null) {
      throw new GatewayError('UNAUTHENTICATED', 'The token has expired, or its session has ended.');
    }
    const { refreshSession } = await this.execute(
      'RefreshSession',
      { input: { refreshToken: this.#refreshToken } },
      z.object({ refreshSession: Opened }),
    );
    this.#token = refreshSession.accessToken;
    this.#refreshToken = refreshSession.refreshToken;
  }

  /**
   * Executes an operation of `schema/operations`.
   * @param data validates the data of the response.
   * @throws GatewayError with the first error of the response.
   */
  async execute<T>(operation: string, variables: object, data: z.ZodType<T>): Promise<T> {
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.headers },
      body: JSON.stringify({ query: documentOf(operation), variables }),
    }).catch((error: unknown) => {
      throw unreachable(this.endpoint, error);
    });
    return readResponse(this.endpoint, response.status, await response.text(), data);
  }

  get headers(): Record<string, string> {
    return this.token === '' ? {} : { authorization: `Bearer ${this.token}` };
  }
}

/** The document of an operation, with its fragments. */
export function documentOf(operation: string): string {
  const start = new RegExp(`\\b(query|mutation|subscription) ${operation}\\b`);
  const found = Object.values(documents).find((text) => start.test(text));
  if (found === undefined) throw new TypeError(`There is no operation ${operation}.`);
  return found;
}

/** @throws GatewayError if the response has errors, or does not come from a gateway. */
export function readResponse<T>(endpoint: URL, status: number, body: string, data: z.ZodType<T>): T {
  const response = GraphqlResponse.safeParse(parseJson(body)).data;
  const [error] = response?.errors ?? [];
  if (error) {
    const { code = 'FAILED', challenge } = error.extensions ?? {};
    // Each command that signs in has just proved who its user is.
    const hint = code === 'STEP_UP_REQUIRED' ? ' Sign in with --username.' : '';
    throw new GatewayError(code, error.message + hint, challenge?.token ?? null);
  }
  const read = data.safeParse(response?.data);
  if (response && read.success) return read.data;
  throw new GatewayError(
    'UNAVAILABLE',
    `The response of ${endpoint.origin} is not that of a gateway of this version (HTTP ${status}).`,
  );
}

export function unreachable(endpoint: URL, error: unknown): GatewayError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new GatewayError('UNAVAILABLE', `Cannot reach a gateway at ${endpoint.origin} (${reason}).`);
}

function endpointOf(url: string): URL {
  const base = URL.parse(url);
  if (!base || !/^https?:$/.test(base.protocol)) throw new UsageError(`${url} is not an http or https URL.`);
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/graphql`;
  return base;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
