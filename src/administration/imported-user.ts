import { z } from 'zod';
import { isStorable, NOT_STORABLE } from '../database/storable-text.js';
import { DomainError } from '../errors.js';
import { DEFAULT_ROLES, newAccount } from '../users/new-user.js';
import { encodeLegacyHash } from '../users/passwords/password-hash.js';
import { isEmail, NOT_AN_EMAIL } from '../users/profile.js';
import { type Employee, Gender, UserStatus } from '../users/user.entity.js';

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[\\da-f]{${bytes * 2}}$`, 'i'), `must be ${bytes} bytes in hex`);
const storable = (minimum: number) =>
  z.string('must be text').min(minimum).max(2000).refine(isStorable, NOT_STORABLE);
const text = storable(0).nullable().default(null);
/** PostgreSQL has no year 0, and ISO 8601 writes years of four digits. */
const time = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2020-07-14T16:16:41+08:00' })
  .transform((value) => new Date(value))
  .refine((date) => inRange(date.getUTCFullYear()), 'must be in the years 1 to 9999 of UTC');
const inRange = (year: number) => year >= 1 && year <= 9999;
const integer = z.int32();
const newId = z.int().positive().max(2_000_000_000);

/** A password hash in the format of the other system. */
const PasswordHash = z.discriminatedUnion('scheme', [
  z.strictObject({
    scheme: z.literal('bcrypt'),
    // Each step doubles the work: a hash beyond cost 16 takes seconds, which block other logins.
    hash: z
      .string()
      .regex(/^\$2[aby]\$(0[4-9]|1[0-6])\$[./\w]{53}$/, 'must be a bcrypt hash of cost 4 to 16'),
  }),
  z.strictObject({ scheme: z.literal('pbkdf2-sha1'), salt: storable(0), hash: hex(24) }),
  z.strictObject({ scheme: z.enum(['md5-salt-first', 'md5-salt-last']), salt: storable(0), hash: hex(16) }),
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

/** An account of another system. It keeps its id and times if it has any; missing roles are created. */
const ImportedUser = z.strictObject({
  id: newId.optional(),
  username: text,
  phone: text,
  password: PasswordHash.nullish(),
  email: storable(0).trim().refine(isEmail, NOT_AN_EMAIL).nullable().default(null),
  name: text,
  nickname: text,
  avatarUrl: text,
  gender: z.enum(Gender).nullable().default(null),
  signature: text,
  brief: text,
  userType: text,
  type: integer.nullable().default(null),
  status: z.enum(UserStatus).default(UserStatus.ACTIVE),
  userCode: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
  openId: text,
  countryCode: z
    .string()
    .regex(/^\+\d{1,4}$/)
    .nullable()
    .default(null),
  license: z
    .strictObject({
      number: text,
      status: integer.optional(),
      effectDate: time.nullish(),
      expiresAt: time.nullish(),
    })
    .optional(),
  employee: EmployeeFields.nullable().default(null),
  roles: z.array(z.strictObject({ code: storable(1), name: storable(1), id: newId.optional() })).optional(),
  createdAt: time.optional(),
  updatedAt: time.nullish(),
});

/** How a CSV column is parsed. `roles` are codes. */
export type FieldKind = 'text' | 'number' | 'roles';

/** All fields of a record by their paths, such as `password.hash`. */
export function importedFields(): ReadonlyMap<string, FieldKind> {
  const fields = new Map<string, FieldKind>();
  const walk = (schema: z.core.JSONSchema._JSONSchema, path: string): void => {
    if (typeof schema === 'boolean') return;
    for (const one of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) walk(one, path);
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      walk(field, path === '' ? name : `${path}.${name}`);
    }
    if (schema.type === 'integer') fields.set(path, 'number');
    if (schema.type === 'string') fields.set(path, 'text');
    if (schema.type === 'array') fields.set(path, 'roles');
  };
  walk(z.toJSONSchema(ImportedUser, { io: 'input', unrepresentable: 'any' }), '');
  return fields;
}

/** The rows of an imported account. */
export type ImportedAccount = ReturnType<typeof parseImportedUser>;

/**
 * Validates a record. Its phone counts as verified.
 * @param userCode for a record without one.
 * @throws DomainError INVALID_INPUT with all mistakes
 */
export function parseImportedUser(record: unknown, now: Date, userCode: string) {
  const parsed = ImportedUser.safeParse(record);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.flatMap(mistakesIn);
    const messages = mistakes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
    throw new DomainError('INVALID_INPUT', messages.join('; '), { field: mistakes[0]?.field ?? '' });
  }
  const { password, license, roles, id, createdAt, updatedAt, ...account } = parsed.data;
  const imported = present({
    userCode: parsed.data.userCode ?? userCode,
    createdAt,
    updatedAt,
    licenseNumber: license?.number,
    licenseStatus: license?.status,
    licenseEffectDate: license?.effectDate,
    licenseExpiresAt: license?.expiresAt,
  });
  const passwordHash = password ? encodeLegacyHash(password) : null;
  return {
    id: id ?? null,
    /** An account is the same person if it has these values, besides the login names. */
    identity: present({ id, userCode: account.userCode, openId: account.openId, name: account.name }),
    ...newAccount({ ...account, passwordHash, phoneVerified: true }, now, imported),
    /** Codes. */
    roles: roles?.map(({ code }) => code) ?? DEFAULT_ROLES,
    /** To be created if they are missing. */
    importedRoles: roles ?? [],
  };
}

/** For unknown fields, the mistake is reported at the field rather than at its parent. */
function mistakesIn(issue: z.core.$ZodIssue): { field: string; message: string }[] {
  const { path, message } = issue;
  if (issue.code !== 'unrecognized_keys') return [{ field: path.join('.'), message }];
  return issue.keys.map((key) => ({
    field: [...path, key].join('.'),
    message: 'is not a field of an account',
  }));
}

/** The columns that have a value. */
const present = <T extends object>(columns: T) =>
  Object.fromEntries(Object.entries(columns).filter(([, value]) => value != null));
