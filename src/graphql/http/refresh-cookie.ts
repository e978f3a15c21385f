import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RefreshTokenCookie } from '../context.js';
import { isPublicOrigin, siteOf } from './origin.js';

const NAME = 'gatehouse_refresh';
/** The prefix makes browsers accept the cookie from this host only, and over TLS only (RFC 6265bis). */
const SECURE_NAME = `__Host-${NAME}`;

/**
 * Holds the refresh token of the dashboard: scripts cannot read it, and only requests of the gateway's own pages use
 * and set it.
 */
export class RefreshCookie implements RefreshTokenCookie {
  private constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly publicUrl: string | undefined,
  ) {}

  /** Null unless the browser says that a page of the gateway sent the request. */
  static of(
    request: FastifyRequest,
    reply: FastifyReply,
    publicUrl: string | undefined,
  ): RefreshCookie | null {
    return siteOf(request, publicUrl) === 'same' ? new RefreshCookie(request, reply, publicUrl) : null;
  }

  /** Null for several cookies of the name: a neighbouring host may have set all but one. */
  read(): string | null {
    const pairs = this.request.headers.cookie?.split(';').map((pair) => pair.trim()) ?? [];
    const [pair, ...others] = pairs.filter((pair) => pair.startsWith(`${this.#name}=`));
    return (others.length === 0 && pair?.slice(this.#name.length + 1)) || null;
  }

  set(token: string, expiresAt: Date, now: number): void {
    this.#write(token, Math.max(0, Math.floor((expiresAt.getTime() - now) / 1000)));
  }

  clear(): void {
    this.#write('', 0);
  }

  get #isSecure(): boolean {
    const { headers, protocol } = this.request;
    if (isPublicOrigin(headers.origin, this.publicUrl)) return headers.origin?.startsWith('https:') ?? false;
    return protocol === 'https';
  }

  get #name(): string {
    return this.#isSecure ? SECURE_NAME : NAME;
  }

  /** @param maxAge seconds. */
  #write(value: string, maxAge: number): void {
    const scope = this.#isSecure ? 'Path=/; Secure' : 'Path=/graphql';
    this.reply.header(
      'set-cookie',
      `${this.#name}=${value}; ${scope}; HttpOnly; SameSite=Strict; Max-Age=${maxAge}`,
    );
  }
}
