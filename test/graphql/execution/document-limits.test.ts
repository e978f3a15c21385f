import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery, Kind, parse, visit } from 'graphql';
import { OperationMeasurer } from '../../../src/graphql/execution/operation-measures.js';
import { createSchema } from '../../../src/graphql/schema.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../../support/callers.js';
import { overHttp } from '../../support/clients/transports.js';
import { cpuTime } from '../../support/cpu-time.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

/** CPU time. The work grows with the square of the document: four times as many tokens would exceed it. */
const LIMIT_MS = 4000;

const many = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');
/** Fragments that spread the next one twice: the last one counts 2^count times. */
const doubling = (count: number, last: string) =>
  `${many(count, (n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`)} fragment F${count} on User { ${last} }`;
const device = (inside: string) => `{ devices(first: 1) { edges { node { ${inside} } } } }`;

/** A document at each limit, and one beyond it. */
const cases: [limit: string, allowed: string, refused: string, message: string][] = [
  [
    'depth',
    device('user { id }'),
    device('user { license { status } }'),
    'The operation has a depth of 6; the limit is 5.',
  ],
  [
    'depth in fragments',
    `${device('...A')} fragment A on Device { user { ...B } } fragment B on User { id }`,
    `${device('...A')} fragment A on Device { user { ...B } } fragment B on User { license { status } }`,
    'The operation has a depth of 6; the limit is 5.',
  ],
  [
    'root fields',
    '{ me { id } latestRelease { id } adoption { devices } }',
    '{ me { id } latestRelease { id } ...Q } fragment Q on Query { adoption { devices } presenceSummary { total } }',
    'The operation has 4 root fields; the limit is 3.',
  ],
  [
    'aliases',
    `{ me { ${many(4, (n) => `a${n}: id`)} } }`,
    `{ me { ${many(5, (n) => `a${n}: id`)} } }`,
    'The operation has 5 aliases; the limit is 4.',
  ],
  [
    'aliases in fragments that unfold to 2^25 fields',
    `{ me { ...F0 } } ${doubling(2, 'a: id')}`,
    `{ me { ...F0 } } ${doubling(25, 'a: id')}`,
    'The operation has 33554432 aliases; the limit is 4.',
  ],
  [
    'directives',
    `{ me { ${many(4, () => 'id @skip(if: false)')} } }`,
    `{ me { ${many(3, () => 'id @skip(if: false)')} ... @include(if: true) { id } ... @include(if: true) { id } } }`,
    'The operation has 5 directives; the limit is 4.',
  ],
  [
    'tokens',
    `{ me { ${many(290, () => 'id')} } }`,
    `{ me { ${many(300, () => 'id')} } }`,
    'Syntax Error: Document contains more that 300 tokens. Parsing aborted.',
  ],
  [
    'complexity of a page',
    '{ users(first: 60) { edges { node { id name roles { code } } } } }',
    '{ users(first: 90) { edges { node { id name roles { code } } } } }',
    'The operation has a complexity of 1351 (most complex field: users.edges.node.roles); the limit is 1000.',
  ],
  [
    'complexity of a page whose length is a variable',
    'query($first: Int) { releases(first: $first) { edges { node { id } } } }',
    'query($first: Int = 1) { releases(first: $first) { edges { node { id url size notes sha256 version channel fileName uploaderName } } } }',
    'The operation has a complexity of 1101 (most complex field: releases); the limit is 1000.',
  ],
  [
    'complexity of a page counted from the end',
    '{ users(last: 60) { edges { node { id name roles { code } } } } }',
    '{ users(last: 90) { edges { node { id name roles { code } } } } }',
    'The operation has a complexity of 1351 (most complex field: users.edges.node.roles); the limit is 1000.',
  ],
];

describe('each limit', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({
      GRAPHQL_MAX_DEPTH: '5',
      GRAPHQL_MAX_ROOT_FIELDS: '3',
      GRAPHQL_MAX_ALIASES: '4',
      GRAPHQL_MAX_DIRECTIVES: '4',
      GRAPHQL_MAX_TOKENS: '300',
      GRAPHQL_MAX_COMPLEXITY: '1000',
    });
  });
  afterAll(() => gateway.close());

  test.each(cases)('of %s is exact', async (_limit, allowed, refused, message) => {
    const executed = await overHttp(gateway)({ query: allowed });
    expect(executed.filter(({ extensions }) => extensions.code !== 'UNAUTHENTICATED')).toEqual([]);
    expect((await overHttp(gateway)({ query: refused })).map((error) => error.message)).toEqual([message]);
  });

  test('of a page is 100 edges, whatever the complexity', async () => {
    await createCallers(gateway);
    const { accessToken } = await openSession(gateway, 'root', graphqlSessionPolicy);
    const send = overHttp(gateway, { authorization: accessToken });
    for (const field of ['users', 'devices', 'releases', 'auditLog']) {
      const page = (first: number) => send({ query: `{ ${field}(first: ${first}) { edges { cursor } } }` });
      expect(await page(100)).toEqual([]);
      for (const first of [101, 2_147_483_647, -1]) {
        expect(await page(first)).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
      }
    }
  });

  test('leaves fragments that spread each other to the rule for them', async () => {
    const query = '{ me { ...A } } fragment A on User { ...B } fragment B on User { ...A }';
    const [error] = await overHttp(gateway)({ query });
    expect(error?.message).toBe('Cannot spread fragment "A" within itself via "B".');
  });
});

describe('the default limits', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.close());

  test('leave the operations of the gateway, and the standard introspection, half of each limit', async () => {
    const schema = createSchema();
    const { config } = gateway.services;
    const folder = new URL('../../../schema/operations/', import.meta.url);
    const texts = await Promise.all(
      (await readdir(folder)).map((name) => readFile(new URL(name, folder), 'utf8')),
    );
    for (const text of [...texts, getIntrospectionQuery()]) {
      const { definitions } = parse(text);
      const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
      const measurer = new OperationMeasurer(schema, (name) =>
        fragments.find((node) => node.name.value === name),
      );
      for (const operation of definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)) {
        const measures = measurer.measure(operation);
        expect(measures.depth).toBeLessThanOrEqual(config.GRAPHQL_MAX_DEPTH / 2);
        expect(measures.complexity).toBeLessThanOrEqual(config.GRAPHQL_MAX_COMPLEXITY / 2);
        expect(measures.aliases).toBeLessThanOrEqual(config.GRAPHQL_MAX_ALIASES / 2);
        expect(measures.directives).toBeLessThanOrEqual(config.GRAPHQL_MAX_DIRECTIVES / 2);
        expect(measures.rootFields).toBeLessThanOrEqual(config.GRAPHQL_MAX_ROOT_FIELDS / 2);
      }
      let tokens = 0;
      visit(parse(text), { enter: () => void tokens++ });
      expect(tokens).toBeLessThan(config.GRAPHQL_MAX_TOKENS / 2);
    }
    expect(await overHttp(gateway)({ query: getIntrospectionQuery() })).toEqual([]);
  });

  test('bound the time for the document that takes longest to validate', async () => {
    const spreads = many(90, (n) => `...F${n}`);
    const worst = `{ ${spreads} } ${many(90, (n) => `fragment F${n} on Query { me { id x: name } }`)}`;
    const before = cpuTime();
    expect((await overHttp(gateway)({ query: worst })).length).toBeGreaterThan(0);
    expect(cpuTime() - before).toBeLessThan(LIMIT_MS);
  });
});
