/** Every operation of every API requires one of these, unless it is public. */
export const permissions = [
  /** Read and change one's own profile and password. */
  'profile:own',
  'sessions:own',
  'devices:own',
  'releases:read',
  'releases:publish',
  'adoption:read',
  'users:read',
  'users:manage',
  'sessions:read',
  'sessions:manage',
  'devices:read',
  'devices:manage',
  'audit:read',
  'gateway:read',
] as const;

export type Permission = (typeof permissions)[number];

/** A permission as the GraphQL schema and errors name it, such as `DEVICES_OWN`. */
export const permissionName = (permission: string): string => permission.toUpperCase().replace(':', '_');

/** Marks an operation that needs no session. */
export const PUBLIC = 'public';

const member: readonly Permission[] = ['profile:own', 'sessions:own', 'devices:own', 'releases:read'];
const publisher: readonly Permission[] = [...member, 'releases:publish', 'adoption:read'];

const viewer: readonly Permission[] = [
  ...member,
  'adoption:read',
  'users:read',
  'sessions:read',
  'devices:read',
  'audit:read',
  'gateway:read',
];

/** Roles are listed without pages. */
export const MAX_ROLES = 1000;

/** The built-in roles. Every start writes them to the database, so that they receive new permissions. */
export const builtInRoles = {
  MEMBER: { id: 1, name: 'Member', permissions: member },
  PUBLISHER: { id: 2, name: 'Publisher', permissions: publisher },
  ADMIN: { id: 3, name: 'Administrator', permissions },
  // Later than the others: imports may have used the next ids.
  VIEWER: { id: 1_000_000, name: 'Viewer', permissions: viewer },
} as const;

const builtInCodes = new Map<number, string>(
  Object.entries(builtInRoles).map(([code, { id }]) => [id, code]),
);

/** Whether a role is built in. An import may have brought the code before, with another id. */
export const isBuiltIn = ({ id, code }: { readonly id: number; readonly code: string }): boolean =>
  builtInCodes.get(id) === code;

/** All that a session of a legacy API, or one approved by such a session, can have. */
const restrictedCeiling: ReadonlySet<Permission> = new Set([...member, 'releases:publish']);

const known: ReadonlySet<string> = new Set(permissions);
export const isPermission = (text: string): text is Permission => known.has(text);

export const NO_PERMISSIONS: ReadonlySet<Permission> = new Set();

/** Equal permissions of all sessions are one set: there are few combinations, and a million sessions. */
const permissionSets = new Map<string, ReadonlySet<Permission>>();

/** What limits a session, whatever the roles of its user grant. */
export interface SessionLimits {
  readonly restricted: boolean;
  /** All that it can be allowed; null for a login. */
  readonly ceiling: readonly string[] | null;
}

export const UNLIMITED: SessionLimits = { restricted: false, ceiling: null };

/**
 * The permissions of a session: those of a member, because imported roles grant none of their own, and those of its
 * user's roles, within its limits.
 */
export function grantedPermissions(
  granted: Iterable<string>,
  { restricted, ceiling }: SessionLimits,
): ReadonlySet<Permission> {
  const all = new Set<string>([...member, ...granted]);
  const permitted = permissions.filter(
    (permission) =>
      all.has(permission) &&
      (!restricted || restrictedCeiling.has(permission)) &&
      (ceiling === null || ceiling.includes(permission)),
  );
  const key = permitted.join();
  const set = permissionSets.get(key) ?? new Set(permitted);
  permissionSets.set(key, set);
  return set;
}
