import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isObjectType } from 'graphql';
import { buildSchemaSync, Query, Resolver } from 'type-graphql';
import { applyRules, ruleInWords, type Rule as SchemaRule } from '../../src/graphql/authorization.js';
import { createSchema } from '../../src/graphql/schema.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { sessionPolicies } from '../../src/server/http-server.js';
import { Session } from '../../src/sessions/session.entity.js';
import { permissions } from '../../src/users/permissions.js';
import { ANONYMOUS, askAll, expected, openSession } from '../support/callers.js';
import { PASSWORD } from '../support/password.js';
import { rulesOf } from './authorisation/rules.js';
import { bearer, type Result, World } from './authorisation/world.js';

const world = new World();
beforeAll(() => world.open());
afterAll(() => world.gateway.close());

const rules = rulesOf(world);

test('the table has a row for every operation of the schema', () => {
  const schema = createSchema();
  const operations = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
    (type) => Object.keys(type?.getFields() ?? {}).map((name) => `${type?.name}.${name}`),
  );
  expect(Object.keys(rules).sort()).toEqual(operations.sort());
});

test.each(Object.entries(rules))(
  '%s is open to its audience and refused to everyone else, with every kind of session',
  async (_operation, { may, call, allowed = 'allowed', refused = 'FORBIDDEN' }) => {
    expect(await askAll(world.gateway, call)).toEqual(
      expected(may, { allowed, forbidden: refused, unauthenticated: 'UNAUTHENTICATED' }),
    );
  },
);

const mutationsWith = (extension: string) =>
  Object.values(createSchema().getMutationType()?.getFields() ?? {})
    .filter(({ extensions }) => extensions[extension])
    .map(({ name }) => `Mutation.${name}`);

test.each(mutationsWith('stepUp'))(
  '%s is refused to keys, and to logins without a fresh proof',
  async (name) => {
    const { services } = world.gateway;
    const root = await world.openSession('root');
    const key = await services.apiKeys.createByOperator(
      { userId: root.user.id, name: 'k', permissions: [...permissions], lifetimeDays: 1 },
      ANONYMOUS,
    );
    await services.db.em.fork().nativeUpdate(Session, { id: root.session.id }, { provenAt: null });
    const call = rules[name]?.call ?? world.ask('');
    expect(await call(root)).toBe('STEP_UP_REQUIRED');
    expect(await call({ ...root, accessToken: key.token })).toBe('FORBIDDEN');
  },
);

describe('a caller who must enrol a second factor', () => {
  const enrolling = [
    'Query.me',
    'Query.secondFactors',
    'Mutation.confirmTotpEnrollment',
    'Mutation.finishPasskeyRegistration',
    'Mutation.logout',
    'Mutation.startPasskeyRegistration',
    'Mutation.startTotpEnrollment',
    'Mutation.stepUp',
  ];
  beforeAll(async () => {
    await world.gateway.services.roleEditing.create('CAREFUL', 'c', permissions, ANONYMOUS, true);
    await world.gateway.createUser({ username: 'eve', password: PASSWORD, roles: ['CAREFUL'] });
  });

  test.each(Object.entries(rules).filter(([, { may }]) => may !== 'anybody'))(
    '%s',
    async (name, { call, allowed = 'allowed' }) => {
      const eve = await world.openSession('eve');
      const outcome = await call(eve);
      if (enrolling.includes(name)) expect(outcome).toBe(allowed);
      else expect(outcome).toBe('ENROLLMENT_REQUIRED');
    },
  );
});

test('a viewer reads all that an administrator reads, and changes nothing but the own account', async () => {
  await world.gateway.createUser({ username: 'vic', password: PASSWORD, roles: ['VIEWER'] });
  const ofOthers = Object.entries(rules).filter(
    ([, { may }]) => may !== 'anybody' && !may.startsWith('members'),
  );
  for (const [operation, { call, refused = 'FORBIDDEN' }] of ofOthers) {
    const outcome = await call(await world.openSession('vic'));
    const isChange = operation.startsWith('Mutation.') && !operation.startsWith('Mutation.export');
    expect([operation, outcome]).toEqual([operation, isChange ? refused : 'allowed']);
  }
});

describe('a session of a legacy API has no administrative permission, even for an administrator:', () => {
  const legacy = sessionPolicies.filter(({ api: name }) => name !== graphqlSessionPolicy.api);
  test.each(legacy.map((policy) => [policy.api, policy] as const))('%s', async (_api, policy) => {
    const { accessToken } = await openSession(world.gateway, 'root', policy);
    for (const query of [
      '{ users { edges { cursor } } }',
      '{ auditLog { edges { cursor } } }',
      `{ sessions(filter: {userId: "${world.memberId}"}) { edges { cursor } } }`,
      `mutation { setUserStatus(input: {id: "${world.memberId}", status: DISABLED}) { user { id } } }`,
    ]) {
      expect(await world.overHttp(query, accessToken)).toBe('FORBIDDEN');
    }
    const devices = `{ devices(filter: {userId: "${world.memberId}"}) { edges { cursor } } }`;
    expect(await world.overHttp(devices, accessToken)).toBe('nothing');
  });
});

describe('the rules of the schema', () => {
  test('refuse an operation without one when the schema is built', () => {
    @Resolver()
    class Unguarded {
      @Query(() => String)
      greeting(): string {
        return 'hello';
      }
    }
    const schema = buildSchemaSync({ resolvers: [Unguarded], validate: false });
    expect(() => applyRules(schema)).toThrow('Query.greeting names no permission.');
  });

  test('end the description of every operation and field that has one', () => {
    const fields = Object.values(createSchema().getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()))
      .filter(({ extensions }) => extensions.rule);
    expect(fields.length).toBeGreaterThan(Object.keys(rules).length);
    for (const { description, extensions } of fields) {
      expect(description).toMatch(/^[A-Z].+\.\n\n(Requires|Null without|Open to) .+\.$/s);
      expect(description).toContain(ruleInWords(extensions.rule as SchemaRule));
    }
  });

  test.each([
    ['public', 'Open to everyone, signed in or not.'],
    ['signed-in', 'Requires a signed-in caller.'],
    ['users:read', 'Requires the permission `USERS_READ`.'],
    [
      { own: 'devices:own', others: 'devices:read' },
      'Requires the permission `DEVICES_OWN` for your own, `DEVICES_READ` for those of other users.',
    ],
    [
      { own: 'sessions:own', others: 'sessions:manage', orNull: true },
      'Null without the permission `SESSIONS_OWN` for your own, `SESSIONS_MANAGE` for those of other users.',
    ],
    [
      { enrolling: 'profile:own' },
      'Requires the permission `PROFILE_OWN`, which callers who must enrol a second factor need not have.',
    ],
    [{ nullWithout: 'users:read' }, 'Null without the permission `USERS_READ`.'],
  ] as const)('read well: %j', (rule, words) => {
    expect(ruleInWords(rule)).toBe(words);
  });
});

describe('fields of other users', () => {
  const asCaller = async (username: string, query: string) => {
    const { accessToken } = await world.openSession(username);
    return (await world.gateway.post('/graphql', { query }, bearer(accessToken))).json<Result>();
  };

  test('devices and sessions of a user are for the user and for administrators', async () => {
    const query = `{ node(id: "${world.memberId}") { ... on User { devices { totalCount } sessions { totalCount } } } }`;
    for (const username of ['max', 'root']) {
      expect(await asCaller(username, query)).toMatchObject({
        data: {
          node: { devices: { totalCount: expect.any(Number) }, sessions: { totalCount: expect.any(Number) } },
        },
      });
    }
    expect(await asCaller('nia', query)).toEqual({ data: { node: null } });
  });

  test('the uploader of a release is for callers who may read users, the name for all', async () => {
    const query = '{ latestRelease { uploaderName uploader { login } } }';
    expect(await asCaller('max', query)).toMatchObject({
      data: { latestRelease: { uploaderName: expect.any(String), uploader: null } },
    });
    expect(await asCaller('root', query)).toMatchObject({
      data: { latestRelease: { uploader: { login: expect.any(String) } } },
    });
  });

  test('a payload that signs in is read as the caller who signed in', async () => {
    const query = `mutation { login(input: {username: "max", password: "${PASSWORD}"}) {
      user { login devices { totalCount } } session { current } } }`;
    expect((await world.gateway.post('/graphql', { query })).json()).toMatchObject({
      data: {
        login: {
          user: { login: 'max', devices: { totalCount: expect.any(Number) } },
          session: { current: true },
        },
      },
    });
  });
});
