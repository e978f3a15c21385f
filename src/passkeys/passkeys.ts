import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit, userTarget } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import type { PropertyOf } from '../database/queries/columns.js';
import { type Row, readRows } from '../database/queries/rows.js';
import { DomainError } from '../errors.js';
import type { Enrollments } from '../factors/enrollments.js';
import { requireUnlimitedLogin } from '../sessions/authorization.js';
import type { Caller } from '../sessions/caller.js';
import { Passkey } from './passkey.entity.js';
import { readPasskeyName } from './passkey-name.js';

/** Lists, renames and removes passkeys. */
export class Passkeys {
  constructor(
    private readonly db: Database,
    private readonly enrollments: Enrollments,
    private readonly clock: Clock,
  ) {}

  /** @returns the passkeys of each user, oldest first, by user id. */
  async listByUser<K extends PropertyOf<Passkey>>(
    userIds: readonly number[],
    properties: readonly K[],
  ): Promise<Map<number, Row<Passkey, K | 'user'>[]>> {
    const read = ['id' as const, 'user' as const, ...properties];
    const rows = await readRows(this.db.em, Passkey, { user: { $in: [...userIds] } }, read);
    const byUser = Map.groupBy(rows, ({ user }) => user.id);
    const oldestFirst = (id: number) => (byUser.get(id) ?? []).sort((a, b) => a.id - b.id);
    return new Map(userIds.map((id) => [id, oldestFirst(id)]));
  }

  /** @returns the passkeys that exist, in no particular order. */
  findAll<K extends PropertyOf<Passkey>>(
    ids: readonly number[],
    properties: readonly K[],
  ): Promise<Row<Passkey, K | 'id'>[]> {
    return readRows(this.db.em, Passkey, { id: { $in: [...ids] } }, properties);
  }

  /** Renames a passkey of the caller. @throws DomainError INVALID_INPUT (name), FORBIDDEN (no login), NOT_FOUND */
  rename(id: number, input: string, caller: Caller, actor: Actor): Promise<Passkey> {
    requireUnlimitedLogin(caller);
    const name = readPasskeyName(input);
    return this.db.em.fork().transactional(async (em) => {
      const passkey = await findOwn(em, id, caller);
      const detail = `${passkey.name} → ${name}`;
      passkey.name = name;
      const target = userTarget(caller.user.id);
      const action = { action: 'user.passkey-rename', target, detail } as const;
      recordAudit(em, new Date(this.clock()), actor, action);
      return passkey;
    });
  }

  /** Removes a passkey of the caller. @throws DomainError FORBIDDEN (no login), NOT_FOUND */
  async remove(id: number, caller: Caller, actor: Actor): Promise<void> {
    requireUnlimitedLogin(caller);
    const announce = await this.db.em.fork().transactional(async (em) => {
      const user = await this.enrollments.lock(em, caller.user.id);
      const passkey = await findOwn(em, id, caller);
      await em.remove(passkey).flush();
      return this.enrollments.removed(em, user, `PASSKEY ${passkey.name}`, actor);
    });
    announce();
  }
}

async function findOwn(em: EntityManager, id: number, { user }: Caller): Promise<Passkey> {
  const passkey = await em.findOne(Passkey, { id, user: user.id });
  if (passkey) return passkey;
  throw new DomainError('NOT_FOUND', 'You have no such passkey.');
}
