import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { uploadForm } from '../support/clients/multipart.js';
import { openRequest } from '../support/clients/raw-http.js';
import type { TestGateway } from '../support/gateway.js';
import { inventory } from '../support/releases.js';
import {
  createFile,
  FILE_NAME,
  refusedUploads,
  startRefusing,
  type Uploads,
  uploadByNode,
} from '../support/upload-clients/refused-uploads.js';

const SIZE = 5_000_000;
/** More than is read after a refusal, so that the answer does not wait for the rest. */
const ANNOUNCED = 1_000_000_000;

let gateway: TestGateway;
let uploads: Uploads;
beforeAll(async () => {
  const started = await startRefusing();
  gateway = started.gateway;
  uploads = { ...started, count: 20 };
});
afterAll(() => gateway.close());

test.each(Object.entries(refusedUploads))(
  'an upload %s is refused before its file is received',
  async (_name, { path, sender, fields, fileField, answer }) => {
    const { payload } = uploadForm([
      ...fields,
      [fileField, { fileName: FILE_NAME, content: 'the beginning' }],
    ]);
    const before = await inventory(gateway);
    const socket = await openRequest(uploads.host, [
      `POST ${path} HTTP/1.1`,
      `authorization: ${uploads.tokens[sender]}`,
      'apollo-require-preflight: true',
      'content-type: multipart/form-data; boundary=x',
      `content-length: ${ANNOUNCED}`,
    ]);
    socket.write(payload.subarray(0, payload.lastIndexOf('\r\n--x--')));
    const [received] = await once(socket, 'data');
    expect(String(received)).toContain(answer);
    socket.destroy();
    expect(await inventory(gateway)).toEqual(before);
  },
);

describe('an upload of 5 MB by fetch', () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-refused-'));
    path = await createFile(join(folder, 'app.bin'), SIZE);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each([
    'to GraphQL without a session',
    'to GraphQL with a published version',
    'to the legacy API without a session',
    'to the legacy API with a published version',
  ] as const)('%s reads 20 of 20 refusals', async (name) => {
    const refusal = refusedUploads[name];
    const answers = await uploadByNode('fetch', refusal, path, uploads);
    expect(answers).toEqual(Array(20).fill({ body: expect.stringContaining(refusal.answer) }));
  });
});
