import type { Rules, World } from './world.js';

/** The mutations of accounts, roles and keys, each with a call that is valid for callers with the permission. */
export function accountMutations(world: World): Rules {
  const { ask } = world;
  return {
    'Mutation.createApiKey': {
      may: 'members at GraphQL',
      call: ask(
        'mutation { createApiKey(input: {name: "k", permissions: [RELEASES_READ]}) { apiKey { id } } }',
      ),
    },
    'Mutation.createFirstAdministrator': {
      may: 'anybody',
      call: ask(
        'mutation { createFirstAdministrator(input: {token: "none", username: "x", password: "correct horse"}) { user { id } } }',
      ),
      allowed: 'FORBIDDEN',
    },
    'Mutation.createPasswordResetLink': {
      may: 'administrators at GraphQL',
      call: (session) =>
        ask(`mutation { createPasswordResetLink(input: {userId: "${world.memberId}"}) { path } }`)(session),
    },
    'Mutation.createRole': {
      may: 'administrators at GraphQL',
      call: (session) =>
        ask(
          `mutation { createRole(input: {code: "R${world.next()}", name: "r", permissions: []}) { role { id } } }`,
        )(session),
    },
    'Mutation.createServiceAccount': {
      may: 'administrators at GraphQL',
      call: (session) =>
        ask(`mutation { createServiceAccount(input: {username: "ci${world.next()}"}) { user { id } } }`)(
          session,
        ),
    },
    'Mutation.createUser': {
      may: 'administrators at GraphQL',
      call: (session) =>
        ask(`mutation { createUser(input: {username: "new${world.next()}"}) { user { id } } }`)(session),
    },
    'Mutation.deleteRole': {
      may: 'administrators at GraphQL',
      call: ask('mutation { deleteRole(input: {id: "role_NOBODY"}) { deletedRoleId } }'),
      allowed: 'NOT_FOUND',
    },
    'Mutation.deleteUser': {
      may: 'administrators at GraphQL',
      call: async (session) => {
        const { id } = await world.gateway.createUser({ username: `old${world.next()}` });
        return ask(`mutation { deleteUser(input: {id: "user_${id}"}) { deletedUserId } }`)(session);
      },
    },
    'Mutation.exportAuditLog': {
      may: 'administrators at GraphQL',
      call: ask('mutation { exportAuditLog(input: {}) { download { url } } }'),
    },
    'Mutation.exportUsers': {
      may: 'administrators at GraphQL',
      call: ask('mutation { exportUsers(input: {}) { download { url } } }'),
    },
    'Mutation.resetSecondFactors': {
      may: 'administrators at GraphQL',
      call: (session) =>
        ask(`mutation { resetSecondFactors(input: {userId: "${world.memberId}"}) { user { id } } }`)(session),
      allowed: 'CONFLICT',
    },
    'Mutation.revokeApiKey': {
      may: 'the member',
      call: async (session) => {
        const { apiKey } = await world.createKey();
        return ask(`mutation { revokeApiKey(input: {id: "apiKey_${apiKey.id}"}) { apiKey { id } } }`)(
          session,
        );
      },
      refused: 'NOT_FOUND',
    },
    'Mutation.revokeSession': {
      may: 'the member',
      call: async (session) => {
        const theirs = await world.openSession('max');
        return ask(
          `mutation { revokeSession(input: {id: "session_${theirs.session.id}"}) { session { id } } }`,
        )(session);
      },
      refused: 'NOT_FOUND',
    },
    'Mutation.revokeUserSessions': {
      may: 'administrators at GraphQL',
      call: async (session) => {
        const { id } = await world.gateway.createUser({ username: `busy${world.next()}` });
        return ask(`mutation { revokeUserSessions(input: {userId: "user_${id}"}) { revokedCount } }`)(
          session,
        );
      },
    },
    'Mutation.setUserRoles': {
      may: 'administrators at GraphQL',
      call: (session) =>
        ask(`mutation { setUserRoles(input: {id: "${world.memberId}", roles: ["MEMBER"]}) { user { id } } }`)(
          session,
        ),
    },
    'Mutation.setUserStatus': {
      may: 'administrators at GraphQL',
      call: (session) =>
        ask(`mutation { setUserStatus(input: {id: "${world.memberId}", status: ACTIVE}) { user { id } } }`)(
          session,
        ),
    },
    'Mutation.updateProfile': {
      may: 'members',
      call: ask('mutation { updateProfile(input: {brief: "b"}) { user { id } } }'),
    },
    'Mutation.updateRole': {
      may: 'administrators at GraphQL',
      call: ask('mutation { updateRole(input: {id: "role_NOBODY", name: "r"}) { role { id } } }'),
      allowed: 'NOT_FOUND',
    },
    'Mutation.updateUser': {
      may: 'administrators at GraphQL',
      call: (session) =>
        ask(`mutation { updateUser(input: {id: "${world.memberId}", brief: "b"}) { user { id } } }`)(session),
    },
  };
}
