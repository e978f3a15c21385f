import { compare } from '../support/load/compare.ts';
import { load } from '../support/load/http-load.ts';
import { cpuOf } from '../support/load/http-row.ts';
import { fileOf, multipart, upload } from '../support/load/transfer.ts';
import { GATEHOUSE } from '../support/report/figure.ts';
import { type Row, scaled } from '../support/row.ts';
import { temporaryFolder } from '../support/servers/cluster.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { startPeer } from '../support/servers/server.ts';
import { heartbeatRequest } from './heartbeat.ts';

const GIB = 1024 ** 3;
/** A large heap must not make uploads slower. */
const REMEMBERED_SESSIONS = 10_000;
const MUTATION = 'mutation ($input: UploadReleaseInput!) { uploadRelease(input: $input) { release { id } } }';

export const uploadRow: Row = {
  name: 'upload',
  description:
    'An upload through both APIs with many sessions in memory, beside pipeline(request, sha256, file).',
  async measure({ cluster, profile }) {
    await using gateway = await startGateway(cluster);
    const { server, admin } = gateway;
    const members = await gateway.addMembers(scaled(profile, REMEMBERED_SESSIONS));
    await load(server.url, members.length, (index) =>
      heartbeatRequest(server.url, members[index]?.token ?? ''),
    );
    await using folder = await temporaryFolder();
    await using bare = await startPeer('pipeline.ts', { folder: folder.path });
    const size = scaled(profile, GIB / 4, 1024 ** 2);
    let version = 0;
    const legacy = () => {
      const { headers, body } = multipart({ version: String(++version) }, 'file', size);
      return upload(`${server.url}/api/upgrade/upload`, { ...headers, Authorization: admin.token }, body);
    };
    const graphql = () => {
      const input = { file: null, version: String(++version) };
      const operations = JSON.stringify({ query: MUTATION, variables: { input } });
      const { headers, body } = multipart({ operations, map: '{"0":["variables.input.file"]}' }, '0', size);
      const own = { Authorization: `Bearer ${admin.token}`, 'Apollo-Require-Preflight': '1' };
      return upload(`${server.url}/graphql`, { ...headers, ...own }, body);
    };
    const perMib = (subject: typeof server, work: () => Promise<unknown>) => () =>
      cpuOf(subject, size / 1024 ** 2, async () => void (await work()));
    const samples = await compare(
      {
        pipeline: perMib(bare, () => upload(bare.url, { 'Content-Length': size }, fileOf(size))),
        legacy: perMib(server, legacy),
        graphql: perMib(server, graphql),
      },
      { turns: Math.min(5, profile.turns), warmUps: 1 },
    );
    const { pipeline = [], legacy: overLegacy = [], graphql: overGraphql = [] } = samples;
    const goal = { atMost: 1.3, times: 'pipeline' };
    return [
      {
        work: 'a MiB of an upload through a legacy API',
        unit: 'µs',
        samples: { pipeline, [GATEHOUSE]: overLegacy },
        goal,
      },
      {
        work: 'a MiB of an upload through GraphQL',
        unit: 'µs',
        samples: { pipeline, [GATEHOUSE]: overGraphql },
        goal,
      },
    ];
  },
};
