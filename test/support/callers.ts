import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import type { Caller } from '../../src/sessions/caller.js';
import type { SessionPolicy } from '../../src/sessions/session-policy.js';
import type { OpenedSession } from '../../src/sessions/sessions.js';
import { User } from '../../src/users/user.entity.js';
import type { TestGateway } from './gateway.js';
import { PASSWORD } from './password.js';

/** Everybody who may call, in all the ways in which they can be signed in. */
export const callers = {
  nobody: null,
  member: ['max', graphqlSessionPolicy],
  'another member': ['nia', graphqlSessionPolicy],
  publisher: ['pia', graphqlSessionPolicy],
  administrator: ['root', graphqlSessionPolicy],
  'member, legacy session': ['max', bmsSessionPolicy],
  'another member, legacy session': ['nia', bmsSessionPolicy],
  'publisher, legacy session': ['pia', bmsSessionPolicy],
  'administrator, legacy session': ['root', bmsSessionPolicy],
} as const satisfies Record<string, readonly [username: string, policy: SessionPolicy] | null>;

const graphqlAdministrator = ['administrator'] as const;
const publishers = ['publisher', 'administrator'] as const;
const signedIn = Object.keys(callers).filter((name) => name !== 'nobody');

/** Who may, in the words of the roles. */
export const audiences = {
  anybody: Object.keys(callers),
  members: signedIn,
  /** The person whose it is, and who administers. */
  'the member': ['member', 'member, legacy session', ...graphqlAdministrator],
  publishers: [...publishers, 'publisher, legacy session', 'administrator, legacy session'],
  'publishers at GraphQL': publishers,
  'administrators at GraphQL': graphqlAdministrator,
} as const satisfies Record<string, readonly string[]>;

export type Audience = keyof typeof audiences;

/** What each caller is told. `unknown` is for nobody, `refused` for who is known and may not. */
export function expected<T>(
  audience: Audience,
  told: { allowed: T; refused: T; unknown: T },
): Record<string, T> {
  const may: readonly string[] = audiences[audience];
  return Object.fromEntries(
    Object.keys(callers).map((name) => [
      name,
      may.includes(name) ? told.allowed : name === 'nobody' ? told.unknown : told.refused,
    ]),
  );
}

/** The people behind the callers. */
export async function createCallers(gateway: TestGateway): Promise<void> {
  await gateway.createUser({ username: 'max', phone: '13800000001', password: PASSWORD });
  await gateway.createUser({ username: 'nia', password: PASSWORD });
  await gateway.createUser({ username: 'pia', password: PASSWORD, roles: ['PUBLISHER'] });
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
}

/** A session as a login at this door opens it. */
export async function openSession(
  { services }: TestGateway,
  username: string,
  policy: SessionPolicy,
): Promise<OpenedSession> {
  const em = services.db.em.fork();
  const user = await em.findOneOrFail(User, { username }, { populate: ['roles'] });
  const client = { address: '127.0.0.1', deviceId: null, version: null, model: null };
  return services.sessions.open(em, user, client, policy);
}

/** The caller that a token stands for, which must be good. */
export async function callerOf({ services }: TestGateway, accessToken: string): Promise<Caller> {
  const caller = await services.sessions.authenticate(accessToken);
  if (!caller) throw new Error('The session has ended.');
  return caller;
}

/** What each caller is told; each calls with a session of their own. */
export async function askAll<T>(
  gateway: TestGateway,
  ask: (session: OpenedSession | null) => Promise<T>,
): Promise<Record<string, T>> {
  const told: Record<string, T> = {};
  for (const [name, caller] of Object.entries(callers)) {
    told[name] = await ask(caller && (await openSession(gateway, caller[0], caller[1])));
  }
  return told;
}
