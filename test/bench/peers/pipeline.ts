/** A bare `pipeline(request, sha256, file)`: what no upload to a disk can be faster than. The body is the file itself. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { addressOf } from '../support/address.ts';
import type { Peer } from '../support/host.ts';

export async function start({ folder }: { folder: string }): Promise<Peer> {
  const path = join(folder, 'upload');
  const server = createServer(async (request, response) => {
    const hash = createHash('sha256');
    await pipeline(
      request,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(path),
    );
    await rm(path);
    response.end(hash.digest('hex'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: addressOf(server) };
}
