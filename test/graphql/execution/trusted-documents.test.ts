import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import ours from '../../../schema/trusted-documents.json' with { type: 'json' };
import { readConfig } from '../../../src/config.js';
import { StartError } from '../../../src/errors.js';
import { TrustedDocuments } from '../../../src/graphql/execution/trusted-documents.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../../support/callers.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { connect } from '../../support/live.js';
import { uploadForm } from '../../support/multipart.js';
import { inventory, nothing } from '../../support/releases.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const theirs = 'query Theirs { __typename }';
const apollos = 'query Apollos { __typename }';
const foreign = '{ __typename }';
const [latestHash = '', latest = ''] =
  Object.entries(ours).find(([, text]) => text.includes('query LatestRelease')) ?? [];

let folder: string;
let gateway: TestGateway;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-manifest-'));
  const manifest = join(folder, 'front-end.json');
  await writeFile(manifest, JSON.stringify({ [sha256(theirs)]: theirs }));
  const apolloManifest = join(folder, 'apollo.json');
  const operations = [{ id: 'id-of-apollo', name: 'Apollos', type: 'query', body: apollos }];
  const format = { format: 'apollo-persisted-query-manifest', version: 1 };
  await writeFile(apolloManifest, JSON.stringify({ ...format, operations }));
  gateway = await startGateway({
    GRAPHQL_DOCUMENTS: 'trusted',
    GRAPHQL_MANIFESTS: `${manifest},${apolloManifest}`,
  });
  client = connect(await gateway.listen());
});
afterAll(async () => {
  await client.dispose();
  await gateway.close();
  await rm(folder, { recursive: true });
});

const persisted = (hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });

/** Each way to send an operation; @returns the code of its first error, or `ran`. */
const doors: Record<string, (operation: object, at?: TestGateway) => Promise<string>> = {
  POST: async (operation, at = gateway) => outcome((await at.post('/graphql', operation)).json()),
  GET: async (operation, at = gateway) => {
    const query = Object.fromEntries(
      Object.entries(operation).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
    return outcome((await at.app.inject({ method: 'GET', url: '/graphql', query })).json());
  },
  WebSocket: (operation, at) =>
    new Promise((resolve) => {
      const by = at ? connect(hostOfOpen) : client;
      by.subscribe(
        { query: '', ...operation },
        {
          next: (result) => resolve(outcome(JSON.parse(JSON.stringify(result)))),
          error: (errors) => resolve(outcome({ errors: JSON.parse(JSON.stringify(errors)) })),
          complete: () => {},
        },
      );
    }),
};

interface Result {
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}
const outcome = ({ errors }: Result): string => errors?.[0]?.extensions.code ?? 'ran';
let hostOfOpen = '';

describe.each(Object.entries(doors))('with GRAPHQL_DOCUMENTS=trusted, over %s', (_door, ask) => {
  test('a document of our manifest or the front end’s is executed, by its text and by its hash', async () => {
    expect(await ask({ query: theirs })).toBe('ran');
    expect(await ask(persisted(sha256(theirs)))).toBe('ran');
    expect(await ask({ documentId: sha256(theirs) })).toBe('ran');
    expect(await ask({ documentId: `sha256:${sha256(theirs)}` })).toBe('ran');
    expect(await ask({ query: apollos })).toBe('ran');
    expect(await ask(persisted('id-of-apollo'))).toBe('ran');
    expect(await ask(persisted(sha256(apollos)))).toBe('ran');
    // Executed, and refused there: nobody is signed in.
    for (const operation of [{ query: latest }, persisted(latestHash)]) {
      expect(await ask(operation)).toBe('UNAUTHENTICATED');
    }
  });

  test('any other is refused, also when it comes with a hash that is trusted', async () => {
    expect(await ask({ query: foreign })).toBe('FORBIDDEN');
    expect(await ask({ query: `${theirs} ` })).toBe('FORBIDDEN');
    expect(await ask({ query: foreign, ...persisted(sha256(theirs)) })).toBe('FORBIDDEN');
    expect(await ask({ query: foreign, documentId: sha256(theirs) })).toBe('FORBIDDEN');
    expect(await ask({ query: foreign, ...persisted(sha256(foreign)) })).toBe('FORBIDDEN');
  });

  test('a hash that nobody knows is told as stock clients expect it', async () => {
    for (const operation of [persisted(sha256(foreign)), { documentId: sha256(foreign) }]) {
      expect(await ask(operation)).toBe('PERSISTED_QUERY_NOT_FOUND');
    }
  });
});

test('an upload with another document is refused, and its file dropped', async () => {
  const { accessToken } = await signIn();
  const form = uploadForm([
    [
      'operations',
      '{"query": "mutation($f: Upload!) { uploadRelease(input: {version: \\"1\\"}, file: $f) { id } }"}',
    ],
    ['map', '{"0": ["variables.f"]}'],
    ['0', { fileName: 'a.bin', content: 'x' }],
  ]);
  const headers = { ...form.headers, authorization: accessToken, 'apollo-require-preflight': 'true' };
  const answer = await gateway.app.inject({ method: 'POST', url: '/graphql', ...form, headers });
  expect([answer.statusCode, outcome(answer.json())]).toEqual([403, 'FORBIDDEN']);
  expect(await inventory(gateway)).toEqual(nothing);
});

async function signIn() {
  await createCallers(gateway);
  return openSession(gateway, 'pia', graphqlSessionPolicy);
}

describe('by default', () => {
  let open: TestGateway;
  beforeAll(async () => {
    open = await startGateway();
    hostOfOpen = await open.listen();
  });
  afterAll(() => open.close());

  test.each(Object.entries(doors))(
    'over %s any text is executed, and ours by its hash too',
    async (_door, ask) => {
      expect(await ask({ query: foreign }, open)).toBe('ran');
      expect(await ask(persisted(latestHash), open)).toBe('UNAUTHENTICATED');
      expect(await ask(persisted(sha256(foreign)), open)).toBe('PERSISTED_QUERY_NOT_FOUND');
      // Sent with its text, it is executed and not learned.
      expect(await ask({ query: foreign, ...persisted(sha256(foreign)) }, open)).toBe('ran');
      expect(await ask(persisted(sha256(foreign)), open)).toBe('PERSISTED_QUERY_NOT_FOUND');
    },
  );
});

test('a manifest that cannot be read is a reason not to start', async () => {
  const broken = join(folder, 'broken.json');
  await writeFile(broken, '["query"]');
  for (const path of [broken, join(folder, 'absent.json')]) {
    const config = readConfig({ GRAPHQL_MANIFESTS: path });
    expect(() => TrustedDocuments.read(config)).toThrow(StartError);
    expect(() => TrustedDocuments.read(config)).toThrow(path);
  }
});
