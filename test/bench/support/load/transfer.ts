import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

const BLOCK = Buffer.alloc(256 * 1024, 'package ');
let files = 0;

/** A file of this size, in blocks. Each differs from those before: the gateway refuses the same package twice. */
export function* fileOf(size: number): Generator<Buffer> {
  const first = Buffer.from(`file ${++files} `.padEnd(32));
  yield first;
  for (let left = size - first.length; left > 0; left -= BLOCK.length) yield BLOCK.subarray(0, left);
}

/** A multipart form with one file, last, and the size of its body. */
export function multipart(fields: Readonly<Record<string, string>>, fileField: string, size: number) {
  const head = Object.entries(fields)
    .map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('');
  const start = `${head}--x\r\nContent-Disposition: form-data; name="${fileField}"; filename="package-${files + 1}.zip"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const end = '\r\n--x--\r\n';
  return {
    headers: {
      'Content-Type': 'multipart/form-data; boundary=x',
      'Content-Length': Buffer.byteLength(start) + size + end.length,
    },
    body: (function* () {
      yield Buffer.from(start);
      yield* fileOf(size);
      yield Buffer.from(end);
    })(),
  };
}

/** Sends a body as fast as the server takes it. @returns the text of the response. @throws Error for a refusal */
export async function upload(
  url: string,
  headers: Readonly<Record<string, string | number>>,
  body: Iterable<Buffer>,
): Promise<string> {
  const sending = request(url, { method: 'POST', headers });
  const responded = once(sending, 'response');
  await pipeline(Readable.from(body), sending);
  const [response]: IncomingMessage[] = await responded;
  if (!response) throw new Error('The server closed the connection.');
  const answer = await text(response);
  if (Number(response.statusCode) >= 300) throw new Error(`The upload was refused: ${answer}`);
  return answer;
}

/** Reads a file as fast as it comes. @param range such as `bytes=0-99`. @returns the bytes it had. */
export async function download(url: string, range?: string): Promise<number> {
  const asking = request(url, { headers: range ? { Range: range } : {} });
  asking.end();
  const [response]: IncomingMessage[] = await once(asking, 'response');
  if (!response) throw new Error('The server closed the connection.');
  let received = 0;
  response.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  await once(response, 'end');
  return received;
}
