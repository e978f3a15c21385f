import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { UsageError } from './failures.js';
import { documentOf, type GatewayClient, GatewayError, readResponse, unreachable } from './gateway-client.js';
import { fileSize } from './input-file.js';
import { byteSize, startProgress } from './progress.js';
import { Release } from './release-schema.js';

const CHUNK = 256 * 1024;

/**
 * The gateway decides who may upload before it reads a file. So long we listen for a refusal before we send one: who
 * goes on sending may find the connection ended, and the refusal lost with it.
 */
const REFUSAL_MS = 250;

/** A form around a file, as the GraphQL multipart request specification has it. */
interface Form {
  readonly contentType: string;
  readonly head: Buffer;
  readonly tail: Buffer;
}

/**
 * Publishes a file of any size, with two passes over it: one for its SHA-256, one that sends it.
 * @throws UsageError when there is no such file, GatewayError
 */
export async function uploadRelease(
  client: GatewayClient,
  path: string,
  details: { version: string; channel: string; notes?: string },
): Promise<Release> {
  const size = await fileSize(path);
  if (size === 0) throw new UsageError(`${path} is empty.`);
  const sha256 = await hashFile(path, size);
  const operation = {
    query: documentOf('UploadRelease'),
    variables: { input: { ...details, sha256 }, file: null },
  };
  const form = formAround(basename(path), operation);
  const { status, body } = await send(client, form, path, size);
  const { uploadRelease: release } = readResponse(
    client.endpoint,
    status,
    body,
    z.object({ uploadRelease: Release }),
  );
  if (release.sha256 === sha256) return release;
  throw new GatewayError(
    'FAILED',
    `The gateway has other bytes than ${path}: withdraw release ${release.id}.`,
  );
}

/** @returns SHA-256, hex. */
async function hashFile(path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  const progress = startProgress('Hashing', size);
  let done = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) {
      hash.update(chunk);
      done += chunk.length;
      progress.update(done);
    }
  } finally {
    progress.stop();
  }
  return hash.digest('hex');
}

/** https://github.com/jaydenseric/graphql-multipart-request-spec */
function formAround(fileName: string, operation: object): Form {
  const boundary = randomUUID();
  // As curl escapes a name: the %22 of browsers would stay %22.
  const name = fileName.replace(/["\\]/g, '\\$&').replace(/[\r\n]/g, ' ');
  const field = (key: string, value: object) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${key}"\r\n\r\n${JSON.stringify(value)}\r\n`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    head: Buffer.from(
      `${field('operations', operation)}${field('map', { 0: ['variables.file'] })}` +
        `--${boundary}\r\ncontent-disposition: form-data; name="0"; filename="${name}"\r\n` +
        'content-type: application/octet-stream\r\n\r\n',
    ),
    tail: Buffer.from(`\r\n--${boundary}--\r\n`),
  };
}

/** Not by `fetch`, which gives an answer up that takes more than five minutes, the upload included. */
function send(
  { endpoint, headers }: GatewayClient,
  form: Form,
  path: string,
  size: number,
): Promise<{ status: number; body: string }> {
  const request = (endpoint.protocol === 'https:' ? requestHttps : requestHttp)(endpoint, {
    method: 'POST',
    headers: {
      ...headers,
      'apollo-require-preflight': 'true',
      'content-type': form.contentType,
      'content-length': form.head.length + size + form.tail.length,
    },
  });
  const progress = startProgress('Uploading', size);
  let answered = false;
  const answer = new Promise<{ status: number; body: string }>((resolve, reject) => {
    request.on('response', (response) => {
      answered = true;
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    const file = async function* () {
      yield form.head;
      await Promise.race([answer.catch(() => {}), setTimeout(REFUSAL_MS)]);
      if (answered) return;
      yield* fileBytes(path, size, progress.update);
      yield form.tail;
    };
    pipeline(Readable.from(file(), { objectMode: false }), request).catch((error: unknown) => {
      if (!answered) reject(unreachable(endpoint, error));
    });
  });
  return answer.finally(() => {
    request.destroy();
    progress.stop();
  });
}

async function* fileBytes(
  path: string,
  size: number,
  update: (sent: number, note: string) => void,
): AsyncGenerator<Buffer> {
  const start = performance.now();
  let sent = 0;
  // Not beyond the size that was announced, should the file grow meanwhile.
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK, end: size - 1 })) {
    yield chunk;
    sent += chunk.length;
    update(sent, `${byteSize(Math.round((sent * 1000) / (performance.now() - start)))}/s`);
  }
}
