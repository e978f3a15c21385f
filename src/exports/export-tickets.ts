import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { throttledFor } from '../errors.js';
import type { Limiter, Limiters } from '../rate-limits/limiters.js';
import type { Caller } from '../sessions/caller.js';
import { tokenHash } from '../sessions/tokens/token-signer.js';
import { type ExportRequest, revived } from './export-request.js';
import { ExportTicket } from './export-ticket.entity.js';

/** A browser begins the download at once. */
const LIFETIME_MS = 60_000;

/** Exports that a user may begin in an hour: each reads a whole list. */
const PER_HOUR = 60;
const HOUR_SECONDS = 3600;

/** A download that may begin. */
export interface ExportDownload {
  /** The secret in its address. */
  readonly ticket: string;
  readonly expiresAt: Date;
}

/** Tickets for downloads: a browser sends no token when it saves a link, and a token does not belong into an address. */
export class ExportTickets {
  readonly #started: Limiter;

  constructor(
    private readonly db: Database,
    limiters: Limiters,
    private readonly clock: Clock,
  ) {
    this.#started = limiters.create({ name: 'exports', points: PER_HOUR, windowSeconds: HOUR_SECONDS });
  }

  /** @throws DomainError THROTTLED */
  async issue({ user, sessionId }: Caller, request: ExportRequest): Promise<ExportDownload> {
    await this.#started.consume(user.id).catch(({ msBeforeNext }: { msBeforeNext: number }) => {
      throw throttledFor(msBeforeNext, 'You began too many exports; try again later.');
    });
    const ticket = randomBytes(32).toString('base64url');
    const expiresAt = new Date(this.clock() + LIFETIME_MS);
    await this.db.em
      .fork()
      .insert(ExportTicket, { tokenHash: tokenHash(ticket), sessionId, request, expiresAt });
    return { ticket, expiresAt };
  }

  /** Uses up a ticket. @returns null for one that is unknown, used or expired. */
  async redeem(
    ticket: string,
  ): Promise<{ readonly sessionId: string; readonly request: ExportRequest } | null> {
    const [found] = await this.db.em
      .fork()
      .execute<{ sessionId: string; request: ExportRequest; isValid: boolean }[]>(
        `delete from export_tickets where token_hash = ?
         returning session_id as "sessionId", request, expires_at > ? as "isValid"`,
        [tokenHash(ticket), new Date(this.clock()).toISOString()],
      );
    return found?.isValid ? { sessionId: found.sessionId, request: revived(found.request) } : null;
  }
}
