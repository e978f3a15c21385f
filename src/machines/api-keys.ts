import { LockMode, raw } from '@mikro-orm/core';
import type { EntityManager, QBFilterQuery } from '@mikro-orm/postgresql';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { nodeId } from '../database/node-id.js';
import type { PropertyOf } from '../database/queries/columns.js';
import { type ListOrder, orderedBy, type Page, type PageRequest } from '../database/queries/page.js';
import { readPage } from '../database/queries/read-page.js';
import { countRows, type Row, readRows } from '../database/queries/rows.js';
import { DomainError } from '../errors.js';
import { mayAccess, requireLogin, requireUnlimitedLogin } from '../sessions/authorization.js';
import type { Caller } from '../sessions/caller.js';
import { requireOpenSession } from '../sessions/ending/require-open-session.js';
import { Session } from '../sessions/session.entity.js';
import type { Sessions } from '../sessions/sessions.js';
import { requireActive } from '../users/account-status.js';
import { requireAuthorityOver } from '../users/authority.js';
import { User, UserKind } from '../users/user.entity.js';
import type { Users } from '../users/users.js';
import { ApiKey } from './api-key.entity.js';
import { apiKeyRows, checkKeyPermissions, checkNewApiKey, type NewApiKey } from './new-api-key.js';

/** Keys of an account that have not been revoked. Expired ones count until they are deleted. */
const MAX_KEYS = 100;

/** Latest first. */
export const apiKeyOrder: ListOrder = orderedBy('API keys', [], 'desc');

/** A key as its creator sees it, once. */
export interface CreatedApiKey {
  readonly apiKey: ApiKey;
  readonly token: string;
}

/**
 * Keys with which programs use the APIs. Each has a session, which is found, remembered and revoked like those of logins,
 * on every node.
 */
export class ApiKeys {
  constructor(
    private readonly db: Database,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly clock: Clock,
  ) {}

  /**
   * Creates a key of the caller's own account, or of a service account.
   * @throws DomainError INVALID_INPUT, NOT_FOUND, FORBIDDEN (the caller is a machine, may not manage the account, or does
   * not have the permissions), UNAUTHENTICATED (the session has ended), ACCOUNT_DISABLED, LIMIT_REACHED
   */
  create(input: NewApiKey, caller: Caller, actor: Actor): Promise<CreatedApiKey> {
    requireLogin(caller);
    return this.#create(input, actor, async (em, account) => {
      await requireOpenSession(em, caller.sessionId);
      checkKeyPermissions(input.permissions, account, caller.permissions);
      if (account.id === caller.user.id) {
        requireUnlimitedLogin(caller);
        return;
      }
      if (!mayAccess(caller, account.id, 'users:manage') || account.kind !== UserKind.SERVICE) {
        throw new DomainError(
          'FORBIDDEN',
          'You may create keys of your own account and of service accounts.',
        );
      }
      await requireAuthorityOver(em, actor, account);
    });
  }

  /** Creates a key of any account, for the command line. @throws DomainError as `create` */
  createByOperator(input: NewApiKey, actor: Actor): Promise<CreatedApiKey> {
    return this.#create(input, actor, async (_, account) =>
      checkKeyPermissions(input.permissions, account, null),
    );
  }

  /** Keys that have not been revoked. @param userId null for those of all accounts. */
  list<K extends PropertyOf<ApiKey>>(
    userId: number | null,
    request: PageRequest<K>,
  ): Promise<Page<Row<ApiKey, K>>> {
    return readPage(this.db.em, ApiKey, unrevoked(userId), request);
  }

  count(userId: number | null): Promise<number> {
    return countRows(this.db.em, ApiKey, unrevoked(userId));
  }

  /** @returns the keys that exist, revoked or not, in no particular order. */
  findAll<K extends PropertyOf<ApiKey>>(
    ids: readonly number[],
    properties: readonly K[],
  ): Promise<Row<ApiKey, K | 'id'>[]> {
    return readRows(this.db.em, ApiKey, { id: { $in: [...ids] } }, properties);
  }

  /** Revokes a key of the caller's own account, or any if the caller may manage users. @throws DomainError NOT_FOUND */
  async revoke(id: number, caller: Caller, actor: Actor): Promise<ApiKey> {
    const key = await this.#get(id);
    if (!mayAccess(caller, key.user.id, 'users:manage')) throw noSuchKey();
    return this.#revoke(key, actor);
  }

  /** Revokes any key, for the command line. @throws DomainError NOT_FOUND */
  async revokeByOperator(id: number, actor: Actor): Promise<ApiKey> {
    return this.#revoke(await this.#get(id), actor);
  }

  async #create(
    input: NewApiKey,
    actor: Actor,
    authorize: (em: EntityManager, account: User) => Promise<void>,
  ): Promise<CreatedApiKey> {
    checkNewApiKey(input);
    return this.db.em.fork().transactional(async (em) => {
      const account = await this.users.get(input.userId, em);
      // Until the commit, so that what disables the account finds the session of the key.
      await em.lock(account, LockMode.PESSIMISTIC_WRITE);
      await em.refresh(account, { populate: ['roles'] });
      await authorize(em, account);
      requireActive(account);
      if ((await em.count(ApiKey, { user: account.id, session: { revokedAt: null } })) >= MAX_KEYS) {
        throw new DomainError('LIMIT_REACHED', `An account may have ${MAX_KEYS} API keys.`);
      }
      const now = this.clock();
      const { token, session, key } = apiKeyRows(input, account, now);
      const createdBy = actor.userId === null ? null : em.getReference(User, actor.userId);
      const apiKey = em.create(ApiKey, { ...key, createdBy, session: em.create(Session, session) });
      await em.flush();
      recordAudit(em, new Date(now), actor, {
        action: 'key.create',
        target: userTarget(account.id),
        detail: `${nodeId('apiKey', apiKey.id)} ${input.permissions.join(' ')}`,
      });
      return { apiKey, token };
    });
  }

  async #get(id: number): Promise<ApiKey> {
    const key = await this.db.em.fork().findOne(ApiKey, { id }, { populate: ['session'] });
    if (!key) throw noSuchKey();
    return key;
  }

  async #revoke(key: ApiKey, actor: Actor): Promise<ApiKey> {
    const detail = nodeId('apiKey', key.id);
    const action = { action: 'key.revoke', target: userTarget(key.user.id), detail } as const;
    await this.sessions.endings.endMachine(key.session, action, actor);
    return this.#get(key.id);
  }
}

function unrevoked(userId: number | null): QBFilterQuery<ApiKey> {
  const isUnrevoked = raw(
    (alias) => `exists (select from sessions s where s.id = ${alias}.session_id and s.revoked_at is null)`,
  );
  return { ...(userId === null ? {} : { user: userId }), [isUnrevoked]: [] };
}

const noSuchKey = () => new DomainError('NOT_FOUND', 'There is no such API key.');
