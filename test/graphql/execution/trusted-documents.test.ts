import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import builtIn from '../../../schema/trusted-documents.json' with { type: 'json' };
import { readConfig } from '../../../src/config.js';
import { StartError } from '../../../src/errors.js';
import { TrustedDocuments } from '../../../src/graphql/execution/trusted-documents.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../../support/callers.js';
import { connect } from '../../support/clients/live.js';
import { uploadForm } from '../../support/clients/multipart.js';
import {
  outcome,
  overGet,
  overHttp,
  overSocket,
  type SentOperation,
} from '../../support/clients/transports.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { inventory, nothing } from '../../support/releases.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const persisted = (hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });

const codegenDocument = 'query Codegen { __typename }';
const apolloDocument = 'query Apollo { __typename }';
const untrusted = '{ __typename }';
const [builtInHash = '', builtInDocument = ''] =
  Object.entries(builtIn).find(([, text]) => text.includes('query LatestRelease')) ?? [];

let folder: string;
let trusting: TestGateway;
let open: TestGateway;
const clients: Client[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-manifest-'));
  const codegenManifest = join(folder, 'codegen.json');
  await writeFile(codegenManifest, JSON.stringify({ [sha256(codegenDocument)]: codegenDocument }));
  const apolloManifest = join(folder, 'apollo.json');
  const operations = [{ id: 'id-of-apollo', name: 'Apollo', type: 'query', body: apolloDocument }];
  const format = { format: 'apollo-persisted-query-manifest', version: 1 };
  await writeFile(apolloManifest, JSON.stringify({ ...format, operations }));
  trusting = await startGateway({
    GRAPHQL_DOCUMENTS: 'trusted',
    GRAPHQL_MANIFESTS: `${codegenManifest},${apolloManifest}`,
  });
  open = await startGateway();
  for (const gateway of [trusting, open]) clients.push(connect(await gateway.listen()));
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await trusting.close();
  await open.close();
  await rm(folder, { recursive: true });
});

const transports: [name: string, of: (gateway: TestGateway) => ReturnType<typeof overHttp>][] = [
  ['POST', overHttp],
  ['GET', overGet],
  [
    'WebSocket',
    (gateway) => {
      const client = clients[gateway === trusting ? 0 : 1];
      if (!client) throw new Error('The client is not connected.');
      return overSocket(client);
    },
  ],
];

describe.each(transports)('over %s', (_transport, over) => {
  const send = async (gateway: TestGateway, operation: SentOperation) =>
    outcome(await over(gateway)(operation));

  test('executes documents of all manifests, by text and by id', async () => {
    for (const operation of [
      { query: codegenDocument },
      persisted(sha256(codegenDocument)),
      { documentId: sha256(codegenDocument) },
      { documentId: `sha256:${sha256(codegenDocument)}` },
      { query: apolloDocument },
      persisted('id-of-apollo'),
      persisted(sha256(apolloDocument)),
    ]) {
      expect(await send(trusting, operation)).toBe('executed');
    }
    // Executed, and refused by the resolver.
    for (const operation of [{ query: builtInDocument }, persisted(builtInHash)]) {
      expect(await send(trusting, operation)).toBe('UNAUTHENTICATED');
    }
  });

  test('refuses all other documents, also with a trusted id', async () => {
    for (const operation of [
      { query: untrusted },
      { query: `${codegenDocument} ` },
      { query: untrusted, ...persisted(sha256(codegenDocument)) },
      { query: untrusted, documentId: sha256(codegenDocument) },
      { query: untrusted, ...persisted(sha256(untrusted)) },
    ]) {
      expect(await send(trusting, operation)).toBe('FORBIDDEN');
    }
  });

  test('reports an unknown id as stock clients expect', async () => {
    for (const operation of [persisted(sha256(untrusted)), { documentId: sha256(untrusted) }]) {
      expect(await send(trusting, operation)).toBe('PERSISTED_QUERY_NOT_FOUND');
    }
  });

  test('executes any text by default, and does not learn its hash', async () => {
    expect(await send(open, { query: untrusted })).toBe('executed');
    expect(await send(open, persisted(builtInHash))).toBe('UNAUTHENTICATED');
    expect(await send(open, persisted(sha256(untrusted)))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(await send(open, { query: untrusted, ...persisted(sha256(untrusted)) })).toBe('executed');
    expect(await send(open, persisted(sha256(untrusted)))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });
});

test('refuses an upload with another document, and discards its file', async () => {
  await createCallers(trusting);
  const { accessToken } = await openSession(trusting, 'pia', graphqlSessionPolicy);
  const query = 'mutation($input: UploadReleaseInput!) { uploadRelease(input: $input) { release { id } } }';
  const form = uploadForm([
    ['operations', JSON.stringify({ query, variables: { input: { version: '1', file: null } } })],
    ['map', '{"0": ["variables.input.file"]}'],
    ['0', { fileName: 'a.bin', content: 'x' }],
  ]);
  const headers = { ...form.headers, authorization: accessToken, 'apollo-require-preflight': 'true' };
  const answer = await trusting.app.inject({ method: 'POST', url: '/graphql', ...form, headers });
  expect([answer.statusCode, outcome(answer.json().errors)]).toEqual([403, 'FORBIDDEN']);
  expect(await inventory(trusting)).toEqual(nothing);
});

test('an unreadable manifest stops the start, with its path', async () => {
  const broken = join(folder, 'broken.json');
  await writeFile(broken, '["query"]');
  for (const path of [broken, join(folder, 'absent.json')]) {
    const config = readConfig({ GRAPHQL_MANIFESTS: path });
    expect(() => TrustedDocuments.read(config)).toThrow(StartError);
    expect(() => TrustedDocuments.read(config)).toThrow(path);
  }
});
