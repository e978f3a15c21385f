import { nodeId } from '../../database/node-id.js';
import type { Row } from '../../database/queries/rows.js';
import { displayPhone } from '../../users/phone.js';
import type { User } from '../../users/user.entity.js';

/** The properties that `toRow` reads. */
export const shown = [
  'id',
  'kind',
  'username',
  'phone',
  'name',
  'nickname',
  'email',
  'status',
  'createdAt',
] as const;
export type Shown = (typeof shown)[number];

/** An account as commands print it. */
export const toRow = (user: Row<User, Shown>, roles: readonly { readonly code: string }[]) => ({
  id: nodeId('user', user.id),
  username: user.username,
  phone: user.phone && displayPhone(user.phone),
  name: user.name ?? user.nickname,
  email: user.email,
  kind: user.kind,
  status: user.status,
  roles: roles.map(({ code }) => code),
  createdAt: user.createdAt.toISOString(),
});
