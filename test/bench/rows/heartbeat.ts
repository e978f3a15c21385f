import { load, request } from '../support/load/http-load.ts';
import { compareRequests } from '../support/load/http-row.ts';
import { record } from '../support/load/recorded.ts';
import { GATEHOUSE } from '../support/report/figure.ts';
import { type Row, scaled } from '../support/row.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { startPeer } from '../support/servers/server.ts';

const PATH = '/api/heart/check';

/** A heartbeat of a known device, as deployed devices send it. */
export const heartbeatRequest = (url: string, token: string): Buffer =>
  request(url + PATH, { headers: { Authorization: token } });

export const heartbeat: Row = {
  name: 'heartbeat',
  description: 'POST /api/heart/check of a known device, beside servers that send the same bytes.',
  async measure({ cluster, profile }) {
    await using gateway = await startGateway(cluster);
    const members = await gateway.addMembers(1);
    const requestTo = (url: string) => heartbeatRequest(url, members[0]?.token ?? '');
    const { url } = gateway.server;
    await load(url, 1, () => requestTo(url));
    const answer = await record(url, requestTo(url));
    await using raw = await startPeer('node-http.ts', answer);
    await using bare = await startPeer('fastify.ts', { ...answer, path: PATH });
    const servers = { 'node:http': raw, Fastify: bare, [GATEHOUSE]: gateway.server };
    const count = scaled(profile, 20_000);
    const samples = await compareRequests(servers, requestTo, answer, { profile, count });
    return [
      {
        work: 'a heartbeat of a known device',
        unit: 'µs',
        samples,
        goal: { atMost: 1.2, times: 'node:http' },
      },
    ];
  },
};
