import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type { Database } from '../adapters/database.js';
import type { Actor } from '../audit/audit.js';
import { DomainError } from '../errors.js';
import { storeLegacyHash } from '../sessions/password.js';
import { LoginName } from './login-name.entity.js';
import { canonicalPhone, loginName } from './phone.js';
import { Role } from './role.entity.js';
import { type Employee, Gender, UserStatus } from './user.entity.js';
import type { Users } from './users.js';

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[\\da-f]{${bytes * 2}}$`, 'i'), `must be ${bytes} bytes in hex`);
const text = z.string().max(2000).nullable().default(null);
const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value));

/** A password hash of another system, in that system's own form. */
const PasswordHash = z.discriminatedUnion('scheme', [
  z.object({
    scheme: z.literal('bcrypt'),
    hash: z.string().regex(/^\$2[aby]\$\d\d\$[./\w]{53}$/, 'must be a bcrypt hash'),
  }),
  z.object({ scheme: z.literal('pbkdf2-sha1'), salt: z.string(), hash: hex(24) }),
  z.object({ scheme: z.enum(['md5-salt-first', 'md5-salt-last']), salt: z.string(), hash: hex(16) }),
]);

const number = z.int().nullable().default(null);
/** The fields of the BMS answer; see `Employee`. */
const EmployeeFields = z
  .strictObject({
    jobNumber: text,
    companyPhone: text,
    sex: text,
    loginByPhone: text,
    sort: number,
    petName: text,
    wechatName: text,
    deptName: text,
    deptPath: text,
    deptDescription: text,
    status: text,
    statusDesc: text,
    positionCode: text,
    positionId: number,
    positionName: text,
    deptId: number,
    companyId: number,
    companyName: text,
    groupId: number,
    groupName: text,
    city: text,
    entryDate: number,
    peculiarStatusDesc: text,
    isPosition: number,
    isRegular: number,
    isHomeWork: number,
  })
  .transform((fields): Employee => present(fields));

/** One account of another system. `id` and times are kept where they are given; roles are made where missing. */
export const ImportedUser = z.object({
  id: z.int().positive().max(2_000_000_000).optional(),
  username: text,
  phone: text,
  password: PasswordHash.nullish(),
  email: text,
  name: text,
  nickname: text,
  avatarUrl: text,
  gender: z.enum(Gender).nullable().default(null),
  signature: text,
  brief: text,
  userType: text,
  type: number,
  status: z.enum(UserStatus).default(UserStatus.ACTIVE),
  userCode: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
  openId: text,
  countryCode: z
    .string()
    .regex(/^\+\d{1,4}$/)
    .default('+86'),
  license: z
    .object({
      number: text,
      status: z.int().optional(),
      effectDate: time.nullish(),
      expiresAt: time.nullish(),
    })
    .optional(),
  employee: EmployeeFields.nullable().default(null),
  roles: z
    .array(z.object({ code: z.string().min(1), name: z.string().min(1), id: z.int().positive().optional() }))
    .optional(),
  createdAt: time.optional(),
  updatedAt: time.nullish(),
});

export type ImportedUser = z.output<typeof ImportedUser>;

/** Takes over accounts of another system, with their password hashes. */
export class UserImport {
  constructor(
    private readonly db: Database,
    private readonly users: Users,
  ) {}

  /**
   * Creates the account; its phone counts as proven. One that has a login name already is left as it is, so
   * that an import can be repeated.
   * @param record not validated yet.
   * @throws DomainError INVALID_INPUT, CONFLICT (the names belong to different accounts)
   */
  async add(record: unknown, actor: Actor): Promise<'created' | 'exists'> {
    const parsed = ImportedUser.safeParse(record);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const field = issue?.path.join('.') ?? '';
      throw new DomainError('INVALID_INPUT', `${field}: ${issue?.message}`, { field });
    }
    return this.db.em.fork().transactional(async (em) => {
      if (await this.#exists(em, parsed.data)) return 'exists';
      await this.#create(em, parsed.data, actor);
      return 'created';
    });
  }

  async #exists(em: EntityManager, { username, phone }: ImportedUser): Promise<boolean> {
    const names = [username && loginName(username), phone && canonicalPhone(phone)].filter(
      (name) => name != null,
    );
    const owners = await em.find(LoginName, { name: { $in: names } });
    if (new Set(owners.map(({ user }) => user.id)).size > 1) {
      throw new DomainError('CONFLICT', 'The username and the phone belong to different accounts.');
    }
    return owners.length > 0;
  }

  async #create(em: EntityManager, record: ImportedUser, actor: Actor): Promise<void> {
    const { password, license, roles, id, createdAt, updatedAt, userCode, ...account } = record;
    if (roles) await ensureRoles(em, roles);
    await this.users.add(
      em,
      {
        ...account,
        passwordHash: password ? storeLegacyHash(password) : null,
        roles: roles?.map(({ code }) => code) ?? null,
        phoneVerified: true,
      },
      actor,
      present({
        id,
        userCode,
        createdAt,
        updatedAt,
        licenseNumber: license?.number,
        licenseStatus: license?.status,
        licenseEffectDate: license?.effectDate,
        licenseExpiresAt: license?.expiresAt,
      }),
    );
    if (id !== undefined) await em.execute(`select setval('users_id_seq', (select max(id) from users))`);
  }
}

/** Roles of the other system that are not known yet are made, without any permission. */
async function ensureRoles(
  em: EntityManager,
  roles: readonly { code: string; name: string; id?: number | undefined }[],
) {
  const known = await em.find(Role, { code: { $in: roles.map(({ code }) => code) } });
  for (const { code, name, id } of roles) {
    if (known.some((role) => role.code === code)) continue;
    em.create(Role, { code, name, permissions: [], ...(id === undefined ? {} : { id }) }, { persist: true });
  }
  await em.flush();
}

/** Without what is absent. */
const present = <T extends object>(columns: T) =>
  Object.fromEntries(Object.entries(columns).filter(([, value]) => value != null));
