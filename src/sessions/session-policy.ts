import type { User } from '../users/user.entity.js';
import type { Api } from './session.entity.js';
import type { TokenSigner } from './tokens/token-signer.js';

/** The lifetime of an access token, in milliseconds since the epoch. */
export interface TokenValidity {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** The tokens of one API and their lifetimes. Each API defines its own in `session-policy.ts`. */
export interface SessionPolicy {
  /** Stored with each session, so it must never be renamed. */
  readonly api: Api;
  /** Whether its sessions are limited to the user's own account and to publishing. */
  readonly restricted: boolean;
  /** Whether its logins can be asked for a second factor. Other APIs refuse accounts that have one. */
  readonly asksForSecondFactor?: true;
  readonly tokenLifetimeMs: number;
  /** Whether each use restarts the lifetime of the token. */
  readonly sliding: boolean;
  /** An access token in the format of the API. `user.roles` is loaded. */
  mintToken(user: User, validity: TokenValidity, signer: TokenSigner): string;
  /** Absent where the API has no refresh tokens. */
  readonly refresh?: { readonly lifetimeMs: number; mintToken(): string };
}

/** The policies of all APIs, and the lifetime that none of their sessions can exceed. */
export class SessionPolicies {
  readonly #byApi: ReadonlyMap<string, SessionPolicy>;

  constructor(
    policies: readonly SessionPolicy[],
    private readonly maxLifetimeMs: number,
  ) {
    this.#byApi = new Map(policies.map((policy) => [policy.api, policy]));
  }

  of(api: string): SessionPolicy | undefined {
    return this.#byApi.get(api);
  }

  /** When a session ends, however much it is used and refreshed. Both times in milliseconds. */
  absoluteExpiry(openedAt: number): number {
    return openedAt + this.maxLifetimeMs;
  }
}
