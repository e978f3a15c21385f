import { timingSafeEqual } from 'node:crypto';
import type { Actor } from '../audit/audit.js';
import { DomainError } from '../errors.js';
import type { TokenSigner } from '../sessions/tokens/token-signer.js';
import type { User } from '../users/user.entity.js';
import type { Administration } from './administration.js';

const PURPOSE = 'set-up link';

/** A link that the start prints, which allows to create the first administrator once, at any node. */
export class SetupLink {
  /** @param fleetId so that a link is good for one database only. */
  constructor(
    private readonly administration: Administration,
    private readonly signer: TokenSigner,
    private readonly fleetId: () => Promise<string>,
  ) {}

  async url(publicUrl: string): Promise<string> {
    return `${publicUrl}/setup?token=${this.signer.mac(PURPOSE, await this.fleetId())}`;
  }

  /** @throws DomainError FORBIDDEN (no link of this gateway), INVALID_INPUT, CONFLICT (already used) */
  async redeem(token: string, username: string, password: string, actor: Actor): Promise<User> {
    const valid = this.signer.macs(PURPOSE, await this.fleetId());
    if (!valid.some((expected) => isEqual(token, expected))) {
      throw new DomainError('FORBIDDEN', 'The set-up link is not valid. Use the one that the start printed.');
    }
    return this.administration.createFirst(username, password, actor);
  }
}

function isEqual(token: string, expected: string): boolean {
  const [given, wanted] = [Buffer.from(token), Buffer.from(expected)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
