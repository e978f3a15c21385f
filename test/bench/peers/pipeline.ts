/** A bare `pipeline(request, sha256, file)`: what no upload to a disk can be faster than. The body is the file itself. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { addressOf } from '../support/servers/address.ts';
import type { Peer } from '../support/servers/host.ts';

export async function start({ folder }: { folder: string }): Promise<Peer> {
  let uploads = 0;
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
      // A new file each time: a deleted one would leave its pages of the cache to the next.
      createWriteStream(join(folder, String(++uploads))),
    );
    response.end(hash.digest('hex'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: addressOf(server) };
}
