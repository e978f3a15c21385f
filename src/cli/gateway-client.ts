import { z } from 'zod';
import documents from '../../schema/trusted-documents.json' with { type: 'json' };
import { UsageError } from './failures.js';

const Answer = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }).optional() }))
    .optional(),
});

/** A refusal by the gateway, or none that answers. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Speaks GraphQL to a running gateway, in the documents of its own manifest: also where only those are trusted. */
export class GatewayClient {
  readonly endpoint: URL;

  private constructor(
    url: string,
    readonly token: string,
    private readonly ownSession: boolean,
  ) {
    this.endpoint = endpointOf(url);
  }

  /** @throws UsageError without a token */
  static withToken(url: string, token: string | undefined): GatewayClient {
    if (token) return new GatewayClient(url, token, false);
    throw new UsageError('Sign in with --username, or with --token or GATEHOUSE_TOKEN.');
  }

  /** @throws GatewayError */
  static async login(url: string, username: string, password: string): Promise<GatewayClient> {
    const { login } = await new GatewayClient(url, '', false).execute(
      'Login',
      { input: { username, password } },
      z.object({ login: z.object({ accessToken: z.string() }) }),
    );
    return new GatewayClient(url, login.accessToken, true);
  }

  /** Ends the session that a login opened. */
  async logout(): Promise<void> {
    if (this.ownSession) await this.execute('Logout', {}, z.unknown()).catch(() => {});
  }

  /**
   * Executes an operation of `schema/operations`.
   * @throws GatewayError with the first refusal
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

/** The text of an operation, with the fragments it uses. */
export function documentOf(operation: string): string {
  const start = new RegExp(`\\b(query|mutation) ${operation}\\b`);
  const found = Object.values(documents).find((text) => start.test(text));
  if (found === undefined) throw new TypeError(`There is no operation ${operation}.`);
  return found;
}

/** @throws GatewayError for a refusal, and for an answer that is no gateway's */
export function readResponse<T>(endpoint: URL, status: number, text: string, data: z.ZodType<T>): T {
  const answer = Answer.safeParse(parseJson(text)).data;
  const [refusal] = answer?.errors ?? [];
  if (refusal) throw new GatewayError(refusal.extensions?.code ?? 'FAILED', refusal.message);
  const read = data.safeParse(answer?.data);
  if (answer && read.success) return read.data;
  throw new GatewayError(
    'UNAVAILABLE',
    `${endpoint.origin} does not answer as this gateway does (HTTP ${status}).`,
  );
}

export function unreachable(endpoint: URL, error: unknown): GatewayError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new GatewayError('UNAVAILABLE', `No gateway answers at ${endpoint.origin} (${reason}).`);
}

function endpointOf(url: string): URL {
  const base = URL.parse(url);
  if (!base || !/^https?:$/.test(base.protocol)) throw new UsageError(`${url} is no http or https URL.`);
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
