import type { FastifyReply, FastifyRequest } from 'fastify';
import { siteOf } from './origin.js';

const NAME = 'gatehouse_refresh';

/**
 * The refresh token of a browser that shows our own pages: scripts cannot read it, and it is used and set only
 * for requests that our own origin makes.
 */
export class RefreshCookie {
  private constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
  ) {}

  /** Null unless the browser vouches that our own page sent the request. */
  static of(request: FastifyRequest, reply: FastifyReply): RefreshCookie | null {
    return siteOf(request) === 'ours' ? new RefreshCookie(request, reply) : null;
  }

  read(): string | null {
    const pairs = this.request.headers.cookie?.split(';').map((pair) => pair.trim()) ?? [];
    return pairs.find((pair) => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1) || null;
  }

  keep(token: string, expiresAt: Date, now: number): void {
    this.#set(token, Math.max(0, Math.floor((expiresAt.getTime() - now) / 1000)));
  }

  clear(): void {
    this.#set('', 0);
  }

  #set(value: string, maxAge: number): void {
    const secure = this.request.protocol === 'https' ? '; Secure' : '';
    this.reply.header(
      'set-cookie',
      `${NAME}=${value}; Path=/graphql; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secure}`,
    );
  }
}
