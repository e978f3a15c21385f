import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import type { Caller, Client } from '../../src/sessions/caller.js';
import type { SessionPolicy } from '../../src/sessions/session-policy.js';
import type { OpenedSession } from '../../src/sessions/sessions.js';
import { User } from '../../src/users/user.entity.js';
import type { TestGateway } from './gateway.js';
import { PASSWORD } from './password.js';

/** An actor who is not signed in. */
export const ANONYMOUS = { userId: null, address: '192.0.2.99' };

/** One caller for each combination of role and kind of session. */
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

/** Sets of callers that an operation allows. */
export const audiences = {
  anybody: Object.keys(callers),
  members: signedIn,
  'members at GraphQL': ['member', 'another member', 'publisher', 'administrator'],
  /** The owner, and administrators. */
  'the member': ['member', 'member, legacy session', ...graphqlAdministrator],
  publishers: [...publishers, 'publisher, legacy session', 'administrator, legacy session'],
  'publishers at GraphQL': publishers,
  'administrators at GraphQL': graphqlAdministrator,
} as const satisfies Record<string, readonly string[]>;

export type Audience = keyof typeof audiences;

/** The result for each caller: `unauthenticated` for nobody, `forbidden` for those outside the audience. */
export function expected<T>(
  audience: Audience,
  results: { allowed: T; forbidden: T; unauthenticated: T },
): Record<string, T> {
  const allowed: readonly string[] = audiences[audience];
  return Object.fromEntries(
    Object.keys(callers).map((name) => {
      if (allowed.includes(name)) return [name, results.allowed];
      return [name, name === 'nobody' ? results.unauthenticated : results.forbidden];
    }),
  );
}

/** Creates the users of the callers. */
export async function createCallers(gateway: TestGateway): Promise<void> {
  await gateway.createUser({ username: 'max', phone: '13800000001', password: PASSWORD });
  await gateway.createUser({ username: 'nia', password: PASSWORD });
  await gateway.createUser({ username: 'pia', password: PASSWORD, roles: ['PUBLISHER'] });
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
}

/** Opens a session as a login through this API does. */
export async function openSession(
  { services }: TestGateway,
  username: string,
  policy: SessionPolicy,
  client: Client = { address: '127.0.0.1', deviceId: null, version: null, model: null },
): Promise<OpenedSession> {
  const em = services.db.em.fork();
  const user = await em.findOneOrFail(User, { username }, { populate: ['roles'] });
  return services.sessions.open(em, user, client, policy);
}

/** The caller of a token, which must be valid. */
export async function callerOf({ services }: TestGateway, accessToken: string): Promise<Caller> {
  const caller = await services.sessions.authenticate(accessToken);
  if (!caller) throw new Error('The session has ended.');
  return caller;
}

/** The result for each caller, with a new session each. */
export async function askAll<T>(
  gateway: TestGateway,
  ask: (session: OpenedSession | null) => Promise<T>,
): Promise<Record<string, T>> {
  const results: Record<string, T> = {};
  for (const [name, caller] of Object.entries(callers)) {
    results[name] = await ask(caller && (await openSession(gateway, caller[0], caller[1])));
  }
  return results;
}
