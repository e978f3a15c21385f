import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RefreshTokenCookie } from '../context.js';
import { siteOf } from './origin.js';

const NAME = 'gatehouse_refresh';
/** Over TLS with a prefix by which browsers take it from this very host only, not from its neighbours (RFC 6265bis). */
const SECURE_NAME = `__Host-${NAME}`;

/**
 * The refresh token of a browser that shows our own pages: scripts cannot read it, and it is used and set only
 * for requests that our own origin makes.
 */
export class RefreshCookie implements RefreshTokenCookie {
  private constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
  ) {}

  /** Null unless the browser vouches that our own page sent the request. */
  static of(request: FastifyRequest, reply: FastifyReply): RefreshCookie | null {
    return siteOf(request) === 'ours' ? new RefreshCookie(request, reply) : null;
  }

  /** Null where there are several: all but one are somebody else's, and nothing tells which. */
  read(): string | null {
    const pairs = this.request.headers.cookie?.split(';').map((pair) => pair.trim()) ?? [];
    const [pair, ...others] = pairs.filter((pair) => pair.startsWith(`${this.#name}=`));
    return (others.length === 0 && pair?.slice(this.#name.length + 1)) || null;
  }

  keep(token: string, expiresAt: Date, now: number): void {
    this.#set(token, Math.max(0, Math.floor((expiresAt.getTime() - now) / 1000)));
  }

  clear(): void {
    this.#set('', 0);
  }

  get #isSecure(): boolean {
    return this.request.protocol === 'https';
  }

  get #name(): string {
    return this.#isSecure ? SECURE_NAME : NAME;
  }

  #set(value: string, maxAge: number): void {
    const scope = this.#isSecure ? 'Path=/; Secure' : 'Path=/graphql';
    this.reply.header(
      'set-cookie',
      `${this.#name}=${value}; ${scope}; HttpOnly; SameSite=Strict; Max-Age=${maxAge}`,
    );
  }
}
