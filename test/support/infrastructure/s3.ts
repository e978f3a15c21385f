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
/** Of s3rver, below the folder of a bucket. */
const UPLOADS = '._S3rver_uploads';
/** The end of the name of an object's file. */
const OBJECT = '._S3rver_object';

/**
 * An S3 server with the bucket `packages`: s3rver, and what it lacks. It lists and aborts uploads, compares bodies with
 * their signed digests, and answers only after a file was written.
 */
export class TestS3 implements AsyncDisposable {
  /** Each request so far, as `GET /packages/a/key bytes=0-9`. */
  readonly requests: string[] = [];
  /** Whether to change a byte of each body before it is checked and stored. */
  corrupts = false;
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #responses = new Set<ServerResponse>();
  readonly #s3rver: S3rver;
  /** Of the bucket. */
  readonly #folder: string;

  private constructor(private readonly directory: string) {
    this.#s3rver = new S3rver({ directory, silent: true, configureBuckets: [{ name: BUCKET, configs: [] }] });
    this.#folder = join(directory, BUCKET);
    writeCarefully((this.#s3rver as unknown as { store: Store }).store, () => this.corrupts);
  }

  /** Also sets the credentials of this process to those that the server accepts. */
  static async start(): Promise<TestS3> {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' });
    const s3 = new TestS3(await mkdtemp(join(tmpdir(), 'gatehouse-s3-')));
    await s3.#s3rver.configureBuckets();
    await once(s3.#server.listen(0, '127.0.0.1'), 'listening');
    return s3;
  }

  /** `host:port` */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The number of responses that were not sent to their end. */
  get unsent(): number {
    return this.#responses.size;
  }

  /** The value of STORAGE_URL. @param host of a proxy in front of the server. */
  url(prefix: string, host = this.host): string {
    return `s3://${BUCKET}/${prefix}?region=us-east-1&endpoint=http://${host}`;
  }

  /** The keys of all objects below a prefix. */
  async keys(prefix: string): Promise<string[]> {
    const paths = await filesIn(join(this.#folder, prefix));
    return paths
      .filter((path) => path.endsWith(OBJECT))
      .map((path) => path.slice(this.#folder.length + 1, -OBJECT.length));
  }

  /** The keys of all uploads that were neither completed nor aborted. */
  async unfinished(): Promise<string[]> {
    return (await uploadsIn(this.#folder)).map(({ key }) => key);
  }

  /** Sets the time of all objects and unfinished uploads. */
  async age(at: Date): Promise<void> {
    for (const path of await filesIn(this.#folder)) await utimes(path, at, at);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await rm(this.directory, { recursive: true });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    this.#responses.add(response.once('close', () => this.#responses.delete(response)));
    this.requests.push([method, url, headers.range].filter(Boolean).join(' '));
    const query = new URL(url, 'http://s3').searchParams;
    const uploadId = query.get('uploadId');
    if (method === 'GET' && query.has('uploads')) void listUploads(this.#folder, response);
    else if (method === 'DELETE' && uploadId)
      void abortUpload(join(this.#folder, UPLOADS, uploadId), response);
    else this.#s3rver.callback()(request, response);
  }
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

/** Replaces the methods of s3rver that answer before a file is written, and compare no digest. */
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
