import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../../errors.js';
import { LoginName } from './login-name.entity.js';
import type { NewLoginName } from './login-names.js';

/** Login names that others have, to look up which one a new name collides with. */
export class TakenNames<Owner> {
  readonly #byName = new Map<string, Owner>();
  readonly #phones = new Map<string, Owner>();
  readonly #phoneForms = new Map<string, Owner>();

  add({ name, kind, phoneForm }: NewLoginName, owner: Owner): void {
    this.#byName.set(name, owner);
    if (kind === 'phone') this.#phones.set(name, owner);
    if (phoneForm !== null) this.#phoneForms.set(phoneForm, owner);
  }

  /** The owner of the same name, of the phone that a username spells, or of a username that spells a phone. */
  ownerOf({ name, kind, phoneForm }: NewLoginName): Owner | undefined {
    const other = kind === 'phone' ? this.#phoneForms.get(name) : this.#phones.get(phoneForm ?? '');
    return this.#byName.get(name) ?? other;
  }
}

/**
 * Reads the stored names that these collide with, and the ids of their users. Until the transaction of `em` ends, no
 * other one can take these names.
 */
export async function takenNames(
  em: EntityManager,
  names: readonly NewLoginName[],
): Promise<TakenNames<number>> {
  const keys = names.flatMap(({ name, phoneForm }) => (phoneForm === null ? [name] : [name, phoneForm]));
  await lock(em, keys);
  const phones = names.filter(({ kind }) => kind === 'phone').map(({ name }) => name);
  const stored = await em.find(LoginName, {
    $or: [{ name: { $in: keys } }, { phoneForm: { $in: phones } }],
  });
  const taken = new TakenNames<number>();
  for (const loginName of stored) taken.add(loginName, loginName.user.id);
  return taken;
}

/** @param ownerId an account that may have the names. @throws DomainError CONFLICT */
export async function requireFreeNames(
  em: EntityManager,
  names: readonly NewLoginName[],
  ownerId?: number,
): Promise<void> {
  const taken = await takenNames(em, names);
  const collision = names.find((name) => (taken.ownerOf(name) ?? ownerId) !== ownerId);
  if (!collision) return;
  throw new DomainError('CONFLICT', `${collision.kind} is already taken.`, { field: collision.kind });
}

/** The first key of the locks; the second is the bucket. Arbitrary; `exclusive.ts` has the other numbers. */
const LOCK = 7_284_118;
/** Names share locks, since a batch of an import has more names than PostgreSQL may have locks. */
const BUCKETS = 256;

/**
 * Usernames of one form may coexist, but none with the phone of that form, which no unique constraint expresses. All
 * transactions lock in one order, so that they cannot wait for each other in a circle.
 */
async function lock(em: EntityManager, keys: readonly string[]): Promise<void> {
  await em.execute(
    `select pg_advisory_xact_lock(${LOCK}, bucket) from
       (select distinct hashtext(name) & ${BUCKETS - 1} as bucket
        from json_array_elements_text(?) as t(name) order by 1) buckets`,
    [JSON.stringify(keys)],
  );
}
