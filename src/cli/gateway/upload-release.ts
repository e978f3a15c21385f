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
import { UsageError } from '../failures.js';
import { fileSize } from '../input-file.js';
import { formatBytes, startProgress } from '../terminal/progress.js';
import { documentOf, type GatewayClient, GatewayError, readResponse, unreachable } from './gateway-client.js';
import { Release } from './release-schema.js';

const CHUNK_BYTES = 256 * 1024;

/**
 * How long to wait for an early refusal before sending the file. The gateway checks the permission before it reads a
 * file, and a client that keeps sending may lose the connection and the response with it.
 */
const REFUSAL_WAIT_MS = 250;

/** The bytes around the file of a multipart form. */
interface Form {
  readonly contentType: string;
  readonly head: Buffer;
  readonly tail: Buffer;
}

/**
 * Publishes a file of any size. Reads it twice: once to hash it, once to send it.
 * @throws UsageError if there is no such file, GatewayError
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
    variables: { input: { ...details, sha256, file: null } },
  };
  const form = createForm(basename(path), operation);
  const { status, body } = await send(client, form, path, size);
  const {
    uploadRelease: { release },
  } = readResponse(
    client.endpoint,
    status,
    body,
    z.object({ uploadRelease: z.object({ release: Release }) }),
  );
  if (release.sha256 === sha256) return release;
  throw new GatewayError(
    'FAILED',
    `The published file differs from ${path}. Withdraw the release ${release.id}.`,
  );
}

/** @returns the SHA-256 of the file, in hex. */
async function hashFile(path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  const progress = startProgress('Hashing', size);
  let hashed = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      hash.update(chunk);
      hashed += chunk.length;
      progress.update(hashed);
    }
  } finally {
    progress.stop();
  }
  return hash.digest('hex');
}

/** A form as in https://github.com/jaydenseric/graphql-multipart-request-spec. */
function createForm(fileName: string, operation: object): Form {
  const boundary = randomUUID();
  // Escapes like curl: the gateway would not decode the %22 of browsers.
  const name = fileName.replace(/["\\]/g, '\\$&').replace(/[\r\n]/g, ' ');
  const field = (key: string, value: object) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${key}"\r\n\r\n${JSON.stringify(value)}\r\n`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    head: Buffer.from(
      `${field('operations', operation)}${field('map', { 0: ['variables.input.file'] })}` +
        `--${boundary}\r\ncontent-disposition: form-data; name="0"; filename="${name}"\r\n` +
        'content-type: application/octet-stream\r\n\r\n',
    ),
    tail: Buffer.from(`\r\n--${boundary}--\r\n`),
  };
}

/** Not with `fetch`, which fails if the response takes longer than five minutes, uploading included. */
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
  let responded = false;
  const response = new Promise<{ status: number; body: string }>((resolve, reject) => {
    request.on('response', (message) => {
      responded = true;
      text(message).then((body) => resolve({ status: message.statusCode ?? 0, body }), reject);
    });
    const file = async function* () {
      yield form.head;
      await Promise.race([response.catch(() => {}), setTimeout(REFUSAL_WAIT_MS)]);
      if (responded) return;
      yield* fileBytes(path, size, progress.update);
      yield form.tail;
    };
    pipeline(Readable.from(file(), { objectMode: false }), request).catch((error: unknown) => {
      if (!responded) reject(unreachable(endpoint, error));
    });
  });
  return response.finally(() => {
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
  // `end` keeps to the announced Content-Length if the file grows meanwhile.
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES, end: size - 1 })) {
    yield chunk;
    sent += chunk.length;
    update(sent, `${formatBytes(Math.round((sent * 1000) / (performance.now() - start)))}/s`);
  }
}
