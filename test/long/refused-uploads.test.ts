import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestGateway } from '../support/gateway.js';
import {
  type ClientAnswer,
  createFile,
  createForm,
  type RefusedUpload,
  refusedUploads,
  startRefusing,
  type Uploads,
  uploadByJava,
  uploadByNode,
} from '../support/upload-clients/refused-uploads.js';

const COUNT = 20;
/** One for each step that refuses. */
const REFUSALS = [
  'to GraphQL without a session',
  'to GraphQL with an invalid document',
  'to GraphQL with a published version',
  'to the legacy API without a session',
  'to the legacy API with a published version',
] as const;
const SIZES = { '1 byte': 1, '5 MB': 5_000_000, '50 MB': 50_000_000 };

let gateway: TestGateway;
let uploads: Uploads;
let folder: string;
beforeAll(async () => {
  const started = await startRefusing();
  gateway = started.gateway;
  uploads = { ...started, count: COUNT };
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-refused-'));
});
afterAll(async () => {
  await gateway.close();
  await rm(folder, { recursive: true });
});

/** A command of this version on the PATH or in JAVA_HOME. @throws Error without one: no client is skipped. */
function find(name: string, version: RegExp): string {
  const { PATH = '', JAVA_HOME = '' } = process.env;
  for (const folder of [join(JAVA_HOME, 'bin'), ...PATH.split(delimiter)]) {
    const { stdout } = spawnSync(join(folder, name), ['--version'], { encoding: 'utf8' });
    if (version.test(stdout ?? '')) return join(folder, name);
  }
  throw new Error(`Put a ${name} on the PATH whose version matches ${version.source}.`);
}

type Client = (refusal: RefusedUpload, bytes: number) => Promise<ClientAnswer[]>;

const nodeClient =
  (client: 'fetch' | 'axios', version: RegExp): Client =>
  async (refusal, bytes) => {
    const file = await createFile(join(folder, 'app.bin'), bytes);
    return uploadByNode(client, refusal, file, uploads, find('node', version));
  };

const javaClient =
  (client: 'HttpURLConnection' | 'HttpClient'): Client =>
  async (refusal, bytes) => {
    const form = await createForm(join(folder, 'app.form'), refusal, bytes);
    return uploadByJava(client, refusal, form, uploads, find('java', /\b(1[1-9]|[2-9]\d)\.\d/));
  };

const clients: Record<string, Client> = {
  'fetch of Node 20': nodeClient('fetch', /^v20\./),
  'fetch of Node 24': nodeClient('fetch', /^v24\./),
  axios: nodeClient('axios', /^v24\./),
  HttpURLConnection: javaClient('HttpURLConnection'),
  'java.net.http.HttpClient': javaClient('HttpClient'),
};

describe.each(Object.entries(clients))('%s', (_client, upload) => {
  describe.each(Object.entries(SIZES))('that sends %s', (_size, bytes) => {
    test.each(REFUSALS)('%s reads 20 of 20 refusals', async (name) => {
      const refusal = refusedUploads[name];
      const answers = await upload(refusal, bytes);
      expect(answers).toEqual(Array(COUNT).fill({ body: expect.stringContaining(refusal.answer) }));
    });
  });
});
