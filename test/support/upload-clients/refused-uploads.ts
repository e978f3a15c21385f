import { spawn } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { print } from 'graphql';
import { uploadForm } from '../clients/multipart.js';
import * as op from '../operations.js';
import { startPublishing, UPLOAD, upload } from '../releases.js';

type Sender = 'publisher' | 'member' | 'stranger';

/** An upload that is refused before its file is received. */
export interface RefusedUpload {
  readonly path: string;
  readonly sender: Sender;
  /** The fields that precede the file. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly fileField: string;
  /** Part of the body of the answer. */
  readonly answer: string;
}

/** One line of a client's output. */
export interface ClientAnswer {
  readonly body?: string;
  /** The error if the client could not read a response. */
  readonly error?: string;
}

/** The only release of the gateway. */
const PUBLISHED = '7';
export const FILE_NAME = 'app.bin';

const graphql = (
  answer: string,
  input: object,
  { sender = 'publisher' as Sender, query = print(op.UploadReleaseDocument) } = {},
): RefusedUpload => ({
  path: '/graphql',
  sender,
  fields: [
    ['operations', JSON.stringify({ query, variables: { input: { ...input, file: null } } })],
    ['map', '{"0":["variables.input.file"]}'],
  ],
  fileField: '0',
  answer,
});

const legacy = (answer: string, version: string, sender: Sender = 'publisher'): RefusedUpload => ({
  path: UPLOAD,
  sender,
  fields: [['version', version]],
  fileField: 'file',
  answer,
});

const version = '8';

export const refusedUploads = {
  'to GraphQL without a session': graphql('UNAUTHENTICATED', { version }, { sender: 'stranger' }),
  'to GraphQL without the permission': graphql('FORBIDDEN', { version }, { sender: 'member' }),
  'to GraphQL with an invalid document': graphql('GRAPHQL_VALIDATION_FAILED', {}, { query: '{ none }' }),
  'to GraphQL with an invalid version': graphql('"version"', { version: 'latest' }),
  'to GraphQL with an invalid SHA-256': graphql('"sha256"', { version, sha256: 'abc' }),
  'to GraphQL with a version of another form': graphql('whole number', { version: '1.0.0' }),
  'to GraphQL with a published version': graphql('CONFLICT', { version: PUBLISHED }),
  'to GraphQL with a published name': graphql('"file"', { version: PUBLISHED, channel: 'beta' }),
  'to the legacy API without a session': legacy('未授权', version, 'stranger'),
  'to the legacy API without the permission': legacy('被禁止访问', version, 'member'),
  'to the legacy API with an invalid version': legacy('版本号不正确', 'latest'),
  'to the legacy API with a published version': legacy('版本号已存在', PUBLISHED),
  'to the legacy API with a published version in the query': {
    ...legacy('版本号已存在', PUBLISHED),
    path: `${UPLOAD}?version=${PUBLISHED}`,
    fields: [],
  },
} satisfies Record<string, RefusedUpload>;

/** A gateway that refuses those uploads. */
export async function startRefusing() {
  const { gateway, publisher, member } = await startPublishing();
  await upload(gateway, publisher, [
    ['version', PUBLISHED],
    ['file', { fileName: FILE_NAME, content: 'published' }],
  ]);
  const tokens: Record<Sender, string> = { publisher, member, stranger: 'nonsense' };
  return { gateway, host: await gateway.listen(), tokens };
}

/** Where the uploads of a client go, and how many. */
export interface Uploads {
  readonly host: string;
  readonly tokens: Readonly<Record<Sender, string>>;
  readonly count: number;
}

/** Creates a file of zeros. */
export async function createFile(path: string, bytes: number): Promise<string> {
  const file = await open(path, 'w');
  await file.truncate(bytes);
  await file.close();
  return path;
}

/** Creates the whole form of an upload, for a client that cannot. */
export async function createForm(
  path: string,
  { fields, fileField }: RefusedUpload,
  bytes: number,
): Promise<string> {
  const file = { fileName: FILE_NAME, content: Buffer.alloc(bytes) };
  await writeFile(path, uploadForm([...fields, [fileField, file]]).payload);
  return path;
}

/**
 * Sends an upload several times, one after the other, by a client in a process of its own.
 * @param file the path of the file.
 */
export function uploadByNode(
  client: 'fetch' | 'axios',
  { path, sender, fields, fileField }: RefusedUpload,
  file: string,
  { host, tokens, count }: Uploads,
  node = process.execPath,
): Promise<ClientAnswer[]> {
  const headers = { authorization: tokens[sender], 'apollo-require-preflight': 'true' };
  const spec = JSON.stringify({
    url: `http://${host}${path}`,
    headers,
    fields,
    fileField,
    path: file,
    count,
  });
  return answersOf(node, ['test/support/upload-clients/node.mjs', client, spec]);
}

/**
 * The same by a client of the JDK.
 * @param form the path of the whole form.
 */
export function uploadByJava(
  client: 'HttpURLConnection' | 'HttpClient',
  { path, sender }: RefusedUpload,
  form: string,
  { host, tokens, count }: Uploads,
  java: string,
): Promise<ClientAnswer[]> {
  const source = 'test/support/upload-clients/Upload.java';
  return answersOf(java, [source, client, `http://${host}${path}`, tokens[sender], form, String(count)]);
}

async function answersOf(command: string, args: readonly string[]): Promise<ClientAnswer[]> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = (await text(child.stdout)).trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}
