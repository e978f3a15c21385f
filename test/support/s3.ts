import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import S3rver from 's3rver';

const BUCKET = 'packages';
const UPLOADS = '._S3rver_uploads';

/** An S3 server with the bucket `packages`. */
export interface TestS3 extends AsyncDisposable {
  /** `host:port` */
  readonly host: string;
  /** Each request so far, as `GET /packages/a/key bytes=0-9`. */
  readonly requests: readonly string[];
  /** The number of responses that were not sent to their end. */
  readonly unsent: number;
  /** Changes a byte of each body before it is checked and stored. */
  corrupts: boolean;
  /** The value of STORAGE_URL. @param host of a proxy in front of the server. */
  url(prefix: string, host?: string): string;
  /** The keys of all objects below a prefix. */
  keys(prefix: string): Promise<string[]>;
  /** The keys of all uploads that were neither completed nor aborted. */
  unfinished(): Promise<string[]>;
  /** Sets the time of all objects and unfinished uploads. */
  age(at: Date): Promise<void>;
}

/** The part of s3rver that its types leave out. */
interface Store {
  putPart(bucket: string, uploadId: string, part: string, content: Readable): Promise<Stored>;
  putObject(object: StoredObject): Promise<Stored>;
  getResourcePath(bucket: string, key: string | undefined, resource: string): string;
  putMetadata(bucket: string, key: string, metadata: object, md5: string): Promise<void>;
}

interface Stored {
  readonly size: number;
  readonly md5: string;
}

interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly content: Readable;
  readonly metadata: object;
}

/**
 * Starts s3rver with what it lacks: it lists and aborts uploads, compares bodies with their signed digests, and answers
 * once a file is written. Sets the credentials of this process to those that it accepts.
 */
export async function startS3(): Promise<TestS3> {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' });
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-s3-'));
  const s3rver = new S3rver({ directory, silent: true, configureBuckets: [{ name: BUCKET, configs: [] }] });
  await s3rver.configureBuckets();
  const folder = join(directory, BUCKET);
  const requests: string[] = [];
  const responses = new Set<ServerResponse>();
  const s3: TestS3 = {
    get host() {
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    requests,
    get unsent() {
      return responses.size;
    },
    corrupts: false,
    url: (prefix, host = s3.host) => `s3://${BUCKET}/${prefix}?region=us-east-1&endpoint=http://${host}`,
    async keys(prefix) {
      const paths = await filesIn(join(folder, prefix));
      return paths
        .filter((path) => path.endsWith('._S3rver_object'))
        .map((path) => path.slice(folder.length + 1, -'._S3rver_object'.length));
    },
    unfinished: async () => (await uploadsIn(folder)).map(({ key }) => key),
    async age(at) {
      for (const path of await filesIn(folder)) await utimes(path, at, at);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true });
    },
  };
  writeCarefully((s3rver as unknown as { store: Store }).store, () => s3.corrupts);
  const respond = s3rver.callback();
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    responses.add(response.once('close', () => responses.delete(response)));
    requests.push([method, url, headers.range].filter(Boolean).join(' '));
    const { pathname, searchParams } = new URL(url, 'http://s3');
    if (method === 'GET' && searchParams.has('uploads')) return void listUploads(folder, response);
    const uploadId = searchParams.get('uploadId');
    if (method === 'DELETE' && uploadId) return void abortUpload(join(folder, UPLOADS, uploadId), response);
    if (pathname) respond(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return s3;
}

function writeCarefully(store: Store, corrupts: () => boolean): void {
  const save = async (content: Readable, path: string): Promise<Stored> => {
    const [md5, sha256] = [createHash('md5'), createHash('sha256')];
    let size = 0;
    const tap = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (corrupts()) chunk[0] = ~(chunk[0] ?? 0);
        for (const hash of [md5, sha256]) hash.update(chunk);
        size += chunk.length;
        done(null, chunk);
      },
    });
    await mkdir(dirname(path), { recursive: true });
    await pipeline(content, tap, createWriteStream(path));
    const signed = content instanceof IncomingMessage ? content.headers['x-amz-content-sha256'] : undefined;
    if (signed !== undefined && signed !== sha256.digest('hex')) {
      await rm(path);
      throw new Error('XAmzContentSHA256Mismatch');
    }
    return { size, md5: md5.digest('hex') };
  };
  store.putPart = async (bucket, uploadId, part, content) => {
    const path = join(store.getResourcePath(bucket, undefined, 'uploads'), uploadId, part);
    const stored = await save(content, path);
    await writeFile(`${path}.md5`, stored.md5);
    return stored;
  };
  store.putObject = async ({ bucket, key, content, metadata }) => {
    const stored = await save(content, store.getResourcePath(bucket, key, 'object'));
    await store.putMetadata(bucket, key, metadata, stored.md5);
    return stored;
  };
}

async function listUploads(folder: string, response: ServerResponse): Promise<void> {
  const uploads = (await uploadsIn(folder)).map(
    ({ id, key, at }) =>
      `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${at.toISOString()}</Initiated></Upload>`,
  );
  const body = `<ListMultipartUploadsResult>${uploads.join('')}<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`;
  response.setHeader('content-type', 'application/xml').end(body);
}

async function abortUpload(path: string, response: ServerResponse): Promise<void> {
  await rm(path, { recursive: true, force: true });
  response.writeHead(204).end();
}

async function uploadsIn(folder: string) {
  const ids = await readdir(join(folder, UPLOADS)).catch(() => []);
  return Promise.all(
    ids.map(async (id) => {
      const path = join(folder, UPLOADS, id, 'key');
      return { id, key: await readFile(path, 'utf8'), at: (await stat(path)).mtime };
    }),
  );
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
