import { LoginName } from '../../src/users/names/login-name.entity.js';
import { parseLoginNames } from '../../src/users/names/login-names.js';
import { hashPassword } from '../../src/users/passwords/password-hash.js';
import { Role } from '../../src/users/role.entity.js';
import { User } from '../../src/users/user.entity.js';
import type { TestGateway } from './gateway.js';

type Columns = Omit<User, 'id' | 'createdAt' | 'passwordHash' | 'roles' | 'license'>;

/** An imported account. Tests can set every column, those included that no service sets. */
export interface ImportedUser extends Partial<Columns> {
  readonly id: number;
  readonly createdAt: Date;
  readonly password?: string;
  /** By default MEMBER. */
  readonly roles?: readonly Pick<Role, 'id' | 'code' | 'name'>[];
}

/** Writes an account as an import does, its phone verified. @param imported phone in any spelling */
export async function importUser(gateway: TestGateway, imported: ImportedUser): Promise<User> {
  const { password, roles, phone, ...columns } = imported;
  const em = gateway.services.db.em.fork();
  const names = parseLoginNames({ username: columns.username ?? null, phone: phone ?? null });
  const user = em.create(User, {
    userCode: String(columns.id),
    phoneVerifiedAt: columns.createdAt,
    ...columns,
    phone: names.phone,
    passwordHash: password === undefined ? null : await hashPassword(password),
  });
  if (roles)
    await em.upsertMany(
      Role,
      roles.map((role) => ({ ...role, permissions: [] })),
    );
  const codes = roles?.map(({ code }) => code) ?? ['MEMBER'];
  user.roles.set(await em.find(Role, { code: { $in: codes } }));
  for (const name of names.names) em.create(LoginName, { ...name, user });
  await em.flush();
  // Imported ids do not come from the sequence.
  await em.execute(`select setval('users_id_seq', greatest(?, (select last_value from users_id_seq)))`, [
    user.id,
  ]);
  return user;
}
