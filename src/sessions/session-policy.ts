import type { User } from '../users/user.entity.js';
import type { TokenSigner } from './token-signer.js';

/** The life of an access token; milliseconds since the epoch. */
export interface TokenValidity {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** How the sessions of one API look and how long they last. Each API's folder has its own in `door.ts`. */
export interface SessionPolicy {
  /** Kept with each session; never renamed. */
  readonly api: string;
  /** Whether its sessions are kept to their own account and to publishing. */
  readonly restricted: boolean;
  readonly tokenLifetimeMs: number;
  /** Whether each use starts the token's life anew. */
  readonly sliding: boolean;
  /** An access token in the form its clients expect. `user.roles` is loaded. */
  mintToken(user: User, times: TokenValidity, signer: TokenSigner): string;
  /** Absent where the API has no refresh token. */
  readonly refresh?: { readonly lifetimeMs: number; mintToken(): string };
}
