import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../../clock.js';
import { GrowthLimit } from '../../rate-limits/growth-limit.js';
import type { Limiters } from '../../rate-limits/limiters.js';
import { requirePerson } from '../../users/account-status.js';
import type { User } from '../../users/user.entity.js';
import type { Client } from '../caller.js';
import { Session } from '../session.entity.js';
import type { SessionPolicy } from '../session-policy.js';
import type { SessionTokens, TokenPair } from '../tokens/session-tokens.js';
import type { LoginProof } from './login-proof.js';
import { saveOpening } from './opening-statement.js';
import { Overlaps } from './overlaps.js';

/** The share of its sessions that an account may open within a minute. */
const SHARE_PER_MINUTE = 0.05;

/** A successful login. The tokens are not stored anywhere else: the database holds their hashes. */
export interface OpenedSession extends TokenPair {
  readonly session: Session;
  readonly user: User;
}

/** What a session opens with. */
export interface OpeningOptions {
  /** Whether to limit the session; by default the policy decides. */
  readonly restricted?: boolean;
  /** What must still hold when the session opens. */
  readonly proof?: LoginProof;
  /** Whether the login has proved a second factor; false by default. */
  readonly secondFactor?: boolean;
}

/** @param openSessions of the user, at most: those that were opened at the same time may be counted twice. */
export type OpenListener = (session: Session, openSessions: number) => Promise<void>;

/** Opens sessions, and limits how fast an account does, over all APIs. */
export class Openings {
  readonly #listeners = new Set<OpenListener>();
  readonly #growth: GrowthLimit;
  readonly #overlaps = new Overlaps();

  /** @param sessionsPerUser how many open sessions a user may have. */
  constructor(
    private readonly tokens: SessionTokens,
    private readonly clock: Clock,
    limiters: Limiters,
    sessionsPerUser: number,
  ) {
    this.#growth = new GrowthLimit(limiters, {
      name: 'session-accounts',
      maxObjects: sessionsPerUser,
      sharePerMinute: SHARE_PER_MINUTE,
      refusal: 'Too many sessions of this account were opened; try again later.',
    });
  }

  /** Calls back after a session was opened, before its tokens are handed out, and waits for the result. */
  onOpen(listener: OpenListener): void {
    this.#listeners.add(listener);
  }

  /** As `openWithin`, outside of any transaction. @returns the session. */
  async open(...opening: Parameters<Openings['openWithin']>): Promise<OpenedSession> {
    const handOut = await this.openWithin(...opening);
    return handOut();
  }

  /**
   * Opens a session for an authenticated user, in the transaction of `em` if it has one.
   * @param user managed by `em`, roles loaded.
   * @returns a function that must be called after the commit, and returns the session.
   * @throws DomainError FORBIDDEN (a service account), ACCOUNT_DISABLED, THROTTLED, and what `saveOpening` throws.
   */
  async openWithin(
    em: EntityManager,
    user: User,
    client: Client,
    policy: SessionPolicy,
    { restricted = policy.restricted, proof, secondFactor = false }: OpeningOptions = {},
  ): Promise<() => Promise<OpenedSession>> {
    requirePerson(user);
    await this.#growth.spend(user.id);
    const now = this.clock();
    const { columns, tokens } = this.tokens.issue(user, policy, { now, openedAt: now });
    // Saved by one statement below, so that the ORM does not have to know it.
    const session = Object.assign(new Session(), {
      id: randomUUID(),
      user,
      api: policy.api,
      restricted,
      openedByPhone: proof !== undefined && 'phone' in proof,
      ...columns,
      deviceId: client.deviceId,
      deviceModel: client.model,
      clientVersion: client.version,
      address: client.address,
      createdAt: new Date(now),
      lastSeenAt: new Date(now),
    } satisfies Omit<Session, 'revokedAt' | 'kind' | 'permissions' | 'provenAt'>);
    const opening = { session, refreshToken: tokens.refreshToken, proof, secondFactor };
    const { result: open, overlapping } = await this.#overlaps.run(user.id, () => saveOpening(em, opening));
    return async () => {
      for (const listener of this.#listeners) await listener(session, open + overlapping);
      return { session, user, ...tokens };
    };
  }
}
