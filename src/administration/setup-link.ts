import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Actor } from '../audit/audit.js';
import { DomainError } from '../errors.js';
import type { User } from '../users/user.entity.js';
import type { Administration } from './administration.js';

/** The right to create the first administrator, for who sees what the start prints. Used once, gone at restart. */
export class SetupLink {
  readonly #token = randomBytes(24).toString('base64url');

  constructor(private readonly administration: Administration) {}

  url(publicUrl: string): string {
    return `${publicUrl}/setup?token=${this.#token}`;
  }

  /** @throws DomainError FORBIDDEN (not the link of this start), INVALID_INPUT, CONFLICT (used already) */
  async redeem(token: string, username: string, password: string, actor: Actor): Promise<User> {
    const given = Buffer.from(token);
    const ours = Buffer.from(this.#token);
    if (given.length !== ours.length || !timingSafeEqual(given, ours)) {
      throw new DomainError(
        'FORBIDDEN',
        'This set-up link is not valid; the latest start printed the right one.',
      );
    }
    return this.administration.createFirst(username, password, actor);
  }
}
