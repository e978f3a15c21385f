import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery, Kind, parse, visit } from 'graphql';
import type { Client } from 'graphql-ws';
import { Measurer } from '../../../src/graphql/execution/complexity.js';
import { createSchema } from '../../../src/graphql/schema.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../../support/callers.js';
import { cpuTime } from '../../support/cpu-time.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { connect } from '../../support/live.js';

const limits = {
  GRAPHQL_MAX_DEPTH: '5',
  GRAPHQL_MAX_ROOT_FIELDS: '3',
  GRAPHQL_MAX_ALIASES: '4',
  GRAPHQL_MAX_DIRECTIVES: '4',
  GRAPHQL_MAX_TOKENS: '300',
  GRAPHQL_MAX_COST: '1000',
};
/** Of processor time. The work grows with the square of the document: four times as many tokens would be beyond it. */
const A_MOMENT_MS = 4000;
let gateway: TestGateway;
let host: string;
let client: Client;

beforeAll(async () => {
  gateway = await startGateway(limits);
  host = await gateway.listen();
  client = connect(host);
});
afterAll(async () => {
  await client.dispose();
  await gateway.close();
});

interface Told {
  readonly message: string;
  readonly extensions: { readonly code: string };
}

const overHttp = async (query: string, at = gateway): Promise<readonly Told[]> =>
  (await at.post('/graphql', { query })).json().errors ?? [];
const overSocket = (query: string, by = client) =>
  new Promise<readonly Told[]>((resolve, reject) => {
    by.subscribe(
      { query },
      {
        next: ({ errors }) => resolve(JSON.parse(JSON.stringify(errors ?? []))),
        error: (errors) => (Array.isArray(errors) ? resolve(errors) : reject(errors)),
        complete: () => resolve([]),
      },
    );
  });

const many = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');
/** Fragments that are spread twice in each other: 2^count of what the last one holds. */
const doubling = (count: number, last: string) =>
  `${many(count, (n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`)} fragment F${count} on User { ${last} }`;
const device = (inside: string) => `{ devices(first: 1) { edges { node { ${inside} } } } }`;

/** At the limit, beyond it, and what is told. */
const cases: [what: string, allowed: string, refused: string, told: string][] = [
  [
    'depth',
    device('user { id }'),
    device('user { license { status } }'),
    'The operation has more than 5 levels of fields.',
  ],
  [
    'depth in fragments',
    `${device('...A')} fragment A on Device { user { ...B } } fragment B on User { id }`,
    `${device('...A')} fragment A on Device { user { ...B } } fragment B on User { license { status } }`,
    'The operation has more than 5 levels of fields.',
  ],
  [
    'root fields',
    '{ me { id } latestRelease { id } adoption { devices } }',
    '{ me { id } latestRelease { id } ...Q } fragment Q on Query { adoption { devices } presenceSummary { total } }',
    'The operation has more than 3 fields at its root.',
  ],
  [
    'aliases',
    `{ me { ${many(4, (n) => `a${n}: id`)} } }`,
    `{ me { ${many(5, (n) => `a${n}: id`)} } }`,
    'The operation has more than 4 aliases.',
  ],
  [
    'aliases in fragments that unfold exponentially',
    `{ me { ...F0 } } ${doubling(2, 'a: id')}`,
    `{ me { ...F0 } } ${doubling(25, 'a: id')}`,
    'The operation has more than 4 aliases.',
  ],
  [
    'directives',
    `{ me { ${many(4, () => 'id @skip(if: false)')} } }`,
    `{ me { ${many(3, () => 'id @skip(if: false)')} ... @include(if: true) { id } ... @include(if: true) { id } } }`,
    'The operation has more than 4 directives.',
  ],
  [
    'tokens',
    `{ me { ${many(290, () => 'id')} } }`,
    `{ me { ${many(300, () => 'id')} } }`,
    'Syntax Error: Document contains more that 300 tokens. Parsing aborted.',
  ],
  [
    'cost of a page',
    '{ users(first: 60) { edges { node { id name roles { code } } } } }',
    '{ users(first: 90) { edges { node { id name roles { code } } } } }',
    'The operation has more than 1000 fields in its longest answer.',
  ],
  [
    'cost of a page whose length is a variable',
    'query($first: Int) { releases(first: $first) { edges { node { id } } } }',
    'query($first: Int = 1) { releases(first: $first) { edges { node { id url size notes sha256 version channel fileName uploader } } } }',
    'The operation has more than 1000 fields in its longest answer.',
  ],
  [
    'cost of a list that is known to be long',
    '{ device(id: "1") { id } }',
    '{ device(id: "1") { history(from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { at } } }',
    'The operation has more than 1000 fields in its longest answer.',
  ],
];

describe('the limits of a document hold the same over HTTP and WebSocket', () => {
  test.each(cases)('%s', async (_what, allowed, refused, told) => {
    const code = told.startsWith('Syntax') ? 'GRAPHQL_PARSE_FAILED' : 'GRAPHQL_VALIDATION_FAILED';
    for (const ask of [overHttp, overSocket]) {
      const ran = await ask(allowed);
      expect(ran.filter(({ extensions }) => extensions.code !== 'UNAUTHENTICATED')).toEqual([]);
      const [error, ...more] = await ask(refused);
      expect(error).toMatchObject({ message: told, extensions: { code } });
      expect(more).toEqual([]);
    }
  });

  test('a page has at most 100 entries, whatever its document costs', async () => {
    await createCallers(gateway);
    const { accessToken } = await openSession(gateway, 'root', graphqlSessionPolicy);
    const signedIn = connect(host, accessToken);
    const doors = [
      async (query: string): Promise<readonly Told[]> =>
        (await gateway.post('/graphql', { query }, { authorization: accessToken })).json().errors ?? [],
      (query: string) => overSocket(query, signedIn),
    ];
    for (const ask of doors) {
      for (const field of ['users', 'devices', 'releases', 'auditLog']) {
        const page = (first: number) => ask(`{ ${field}(first: ${first}) { edges { cursor } } }`);
        expect(await page(100)).toEqual([]);
        for (const first of [101, 2_147_483_647, 0, -1]) {
          expect(await page(first)).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
        }
      }
    }
    await signedIn.dispose();
  });

  test('fragments in a circle are refused as such', async () => {
    const query = '{ me { ...A } } fragment A on User { ...B } fragment B on User { ...A }';
    for (const ask of [overHttp, overSocket]) {
      expect((await ask(query))[0]?.message).toBe('Cannot spread fragment "A" within itself via "B".');
    }
  });

  test('a list of operations is refused', async () => {
    const answer = await gateway.app.inject({
      method: 'POST',
      url: '/graphql',
      payload: [{ query: '{ me { id } }' }, { query: '{ me { id } }' }],
    });
    expect(answer.statusCode).toBe(400);
  });
});

describe('by default', () => {
  let standard: TestGateway;
  beforeAll(async () => {
    standard = await startGateway();
  });
  afterAll(() => standard.close());

  test('our own operations and the standard introspection are well within', async () => {
    const schema = createSchema();
    const { config } = standard.services;
    const folder = new URL('../../../schema/operations/', import.meta.url);
    const texts = await Promise.all(
      (await readdir(folder)).map((name) => readFile(new URL(name, folder), 'utf8')),
    );
    for (const text of [...texts, getIntrospectionQuery()]) {
      const { definitions } = parse(text);
      const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
      const measurer = new Measurer(schema, (name) => fragments.find((node) => node.name.value === name));
      for (const operation of definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)) {
        const measures = measurer.measure(operation);
        expect(measures.depth).toBeLessThanOrEqual(config.GRAPHQL_MAX_DEPTH / 2);
        expect(measures.cost).toBeLessThanOrEqual(config.GRAPHQL_MAX_COST / 2);
        expect(measures.aliases + measures.directives).toBe(0);
        expect(measures.rootFields).toBeLessThanOrEqual(config.GRAPHQL_MAX_ROOT_FIELDS / 2);
      }
      let tokens = 0;
      visit(parse(text), { enter: () => void tokens++ });
      expect(tokens).toBeLessThan(config.GRAPHQL_MAX_TOKENS / 2);
    }
    expect(await overHttp(getIntrospectionQuery(), standard)).toEqual([]);
  });

  test('the worst document that the parser takes is refused in a moment', async () => {
    const worst = `{ ${many(90, (n) => `...F${n}`)} } ${many(90, (n) => `fragment F${n} on Query { me { id x: name } }`)}`;
    const before = cpuTime();
    expect((await overHttp(worst, standard)).length).toBeGreaterThan(0);
    expect(cpuTime() - before).toBeLessThan(A_MOMENT_MS);
  });
});

describe('with introspection off', () => {
  let closed: TestGateway;
  let closedClient: Client;
  beforeAll(async () => {
    closed = await startGateway({ GRAPHQL_INTROSPECTION: 'off' });
    closedClient = connect(await closed.listen());
  });
  afterAll(async () => {
    await closedClient.dispose();
    await closed.close();
  });

  test.each([
    ['{ mee { id } }', 'Cannot query field "mee" on type "Query".'],
    ['{ user(ic: "1") { id } }', 'Unknown argument "ic" on field "Query.user".'],
    ['query($i: LoginImput) { me { id } }', 'Unknown type "LoginImput".'],
    [
      'mutation { createCaptcha(input: {type: IMAG}) { id } }',
      'This value does not exist in "CaptchaType" enum.',
    ],
    [
      'mutation { login(input: {usernam: "x"}) { expiresAt } }',
      'Field "usernam" is not defined by type "LoginInput".',
    ],
  ])('no name is suggested for those in %s, at neither door', async (query, told) => {
    for (const errors of [await overHttp(query, closed), await overSocket(query, closedClient)]) {
      expect(errors.map(({ message }) => message)).toContain(told);
      expect(JSON.stringify(errors)).not.toContain('Did you mean');
    }
    const suggesting = [await overHttp(query), await overSocket(query)];
    for (const errors of suggesting) expect(JSON.stringify(errors)).toContain('Did you mean');
  });

  test('the schema is hidden at both doors', async () => {
    for (const errors of [
      await overHttp('{ __schema { types { name } } }', closed),
      await overSocket('{ __schema { types { name } } }', closedClient),
    ]) {
      expect(errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    }
  });
});
