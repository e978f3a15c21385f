import { randomBytes } from 'node:crypto';
import { uploadForm } from '../../support/clients/multipart.js';
import { type Answer, post } from './fleet-api.js';

/** More than one part of an upload to S3. */
const PACKAGE_BYTES = 12 * 2 ** 20;

let versions = 0;

/** A version that is newer than all before. */
export function nextVersion(): number {
  versions += 1;
  return versions;
}

/** Publishes a package. @returns its content. @throws Error if it is refused. */
export async function upload(
  host: string,
  token: string,
  version: number,
  bytes = PACKAGE_BYTES,
): Promise<Buffer> {
  const { content, form } = packageOf(version, bytes);
  const { status, body } = await send(host, token, form.headers, form.payload);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return content;
}

/** Publishes a package. @param interrupt is called, and waited for, in the middle of its file. */
export function interruptedUpload(
  host: string,
  token: string,
  version: number,
  interrupt: () => unknown,
): Promise<Answer> {
  const { payload, headers } = packageOf(version, PACKAGE_BYTES).form;
  const middle = payload.length / 2;
  async function* halves() {
    yield payload.subarray(0, middle);
    await interrupt();
    yield payload.subarray(middle);
  }
  return send(host, token, headers, ReadableStream.from(halves()));
}

export async function newestVersion(host: string): Promise<number | null> {
  const { body } = await post(host, '/api/upgrade/checkVersion', {});
  return body.data?.version ?? null;
}

export async function download(host: string, version: number): Promise<Buffer> {
  const response = await fetch(`http://${host}/dist/app-${version}.zip`);
  return Buffer.from(await response.arrayBuffer());
}

function packageOf(version: number, bytes: number) {
  const content = randomBytes(bytes);
  const file = { fileName: 'app.zip', content };
  return {
    content,
    form: uploadForm([
      ['version', String(version)],
      ['file', file],
    ]),
  };
}

async function send(
  host: string,
  token: string,
  headers: Record<string, string>,
  body: Buffer | ReadableStream,
): Promise<Answer> {
  const response = await fetch(`http://${host}/api/upgrade/upload`, {
    method: 'POST',
    headers: { ...headers, authorization: token },
    body,
    duplex: 'half',
  } as RequestInit);
  return { status: response.status, body: await response.json() };
}
