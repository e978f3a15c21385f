import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Actor } from '../audit/audit.js';
import { DomainError } from '../errors.js';
import type { User } from '../users/user.entity.js';
import type { Administration } from './administration.js';

/** A link that the start prints, which allows to create the first administrator once. Valid until the next start. */
export class SetupLink {
  readonly #token = randomBytes(24).toString('base64url');

  constructor(private readonly administration: Administration) {}

  url(publicUrl: string): string {
    return `${publicUrl}/setup?token=${this.#token}`;
  }

  /** @throws DomainError FORBIDDEN (not the link of this start), INVALID_INPUT, CONFLICT (already used) */
  async redeem(token: string, username: string, password: string, actor: Actor): Promise<User> {
    const given = Buffer.from(token);
    const expected = Buffer.from(this.#token);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new DomainError(
        'FORBIDDEN',
        'The set-up link is not valid. Use the one that the latest start printed.',
      );
    }
    return this.administration.createFirst(username, password, actor);
  }
}
