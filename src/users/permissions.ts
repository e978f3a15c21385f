/** Everything a caller can be allowed to do. Every operation of every door names one of these. */
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
  'sessions:manage',
  'devices:read',
  'audit:read',
] as const;

export type Permission = (typeof permissions)[number];

/** What anybody may do, signed in or not. */
export const PUBLIC = 'public';

const member: readonly Permission[] = ['profile:own', 'sessions:own', 'devices:own', 'releases:read'];
const publisher: readonly Permission[] = [...member, 'releases:publish', 'adoption:read'];

/** The built-in roles; written to the database at every start, so that a new permission reaches them. */
export const builtInRoles = {
  MEMBER: { id: 1, name: 'Member', permissions: member },
  PUBLISHER: { id: 2, name: 'Publisher', permissions: publisher },
  ADMIN: { id: 3, name: 'Administrator', permissions },
} as const;

/** The most that a session from a legacy door, or one approved by such a session, may carry. */
const restrictedCeiling: ReadonlySet<Permission> = new Set([...member, 'releases:publish']);

const known: ReadonlySet<string> = new Set(permissions);
const isPermission = (text: string): text is Permission => known.has(text);

/**
 * What a session may do: what every member may, and all that its owner's roles grant, within the ceiling when it
 * is restricted. Roles of another system that an import brings grant nothing, and yet their owners must get by.
 */
export function grantedPermissions(granted: Iterable<string>, restricted: boolean): ReadonlySet<Permission> {
  const all = [...member, ...[...granted].filter(isPermission)];
  return new Set(restricted ? all.filter((permission) => restrictedCeiling.has(permission)) : all);
}
