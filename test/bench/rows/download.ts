import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { compare } from '../support/load/compare.ts';
import { cpuOf } from '../support/load/http-row.ts';
import { download, multipart, upload } from '../support/load/transfer.ts';
import { type Figure, GATEHOUSE } from '../support/report/figure.ts';
import { type Row, scaled } from '../support/row.ts';
import { temporaryFolder } from '../support/servers/cluster.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { type Server, startPeer } from '../support/servers/server.ts';

const MIB = 1024 ** 2;
/** How much of the package is read in a turn. */
const SIZE = 512 * MIB;
const RANGE = 100 * MIB;

export const downloadRow: Row = {
  name: 'download',
  description: 'A download of a package, whole and in ranges, beside @fastify/static.',
  async measure({ cluster, profile }) {
    await using gateway = await startGateway(cluster);
    const { server, admin } = gateway;
    const size = scaled(profile, SIZE, MIB);
    await using folder = await temporaryFolder();
    const { headers, body } = multipart({ version: '1' }, 'file', size);
    const published = await upload(
      `${server.url}/api/upgrade/upload`,
      { ...headers, Authorization: admin.token },
      body,
    );
    const { data }: { data: { path: string } } = JSON.parse(published);
    const copy = createWriteStream(join(folder.path, 'package.zip'));
    await pipeline((await fetch(server.url + data.path)).body ?? [], copy);
    await using bare = await startPeer('fastify-static.ts', { folder: folder.path });
    const urls = { '@fastify/static': `${bare.url}/package.zip`, [GATEHOUSE]: server.url + data.path };
    await requireEqualBytes(Object.values(urls));
    const range = `bytes=${MIB / 2}-${Math.min(size, MIB / 2 + RANGE) - 1}`;
    const figures: Figure[] = [];
    for (const [what, asked] of [
      ['a whole package', undefined],
      ['a range of 100 MiB', range],
    ] as const) {
      const measured = (subject: Server, url: string) => async () => {
        const cpu = await cpuOf(subject, 1, async () => {
          received = await download(url, asked);
        });
        return cpu / (received / MIB);
      };
      let received = 0;
      const samples = await compare(
        {
          '@fastify/static': measured(bare, urls['@fastify/static']),
          [GATEHOUSE]: measured(server, urls[GATEHOUSE]),
        },
        { turns: profile.turns, warmUps: 2 },
      );
      figures.push({
        work: `a MiB of a download of ${what}`,
        unit: 'µs',
        samples,
        goal: { atMost: 1.05, times: '@fastify/static' },
      });
    }
    return figures;
  },
};

/** Compares some bytes at the start, which differ between packages. */
async function requireEqualBytes(urls: readonly string[]): Promise<void> {
  const responses = await Promise.all(urls.map((url) => fetch(url, { headers: { Range: 'bytes=0-99' } })));
  const texts = await Promise.all(responses.map((response) => response.text()));
  if (new Set(texts).size > 1) throw new Error(`The servers send different packages: ${texts.join(' and ')}`);
}
