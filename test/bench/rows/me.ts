import { graphqlRequest } from '../support/load/graphql-request.ts';
import { compareRequests } from '../support/load/http-row.ts';
import { record } from '../support/load/recorded.ts';
import { GATEHOUSE } from '../support/report/figure.ts';
import { type Row, scaled } from '../support/row.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { startPeer } from '../support/servers/server.ts';

export const me: Row = {
  name: 'me',
  description: 'The shortest query of a signed-in caller, beside GraphQL servers with the same schema.',
  async measure({ cluster, profile }) {
    await using gateway = await startGateway(cluster);
    const { token, username, userId } = gateway.admin;
    const requestTo = (url: string) => graphqlRequest(url, token, '{ me { id login } }');
    const { url } = gateway.server;
    const answer = await record(url, requestTo(url));
    const options = { token, user: { id: `user_${userId}`, login: username } };
    await using raw = await startPeer('node-http.ts', answer);
    await using mercurius = await startPeer('mercurius.ts', options);
    await using apollo = await startPeer('apollo.ts', options);
    await using yoga = await startPeer('yoga.mjs', options);
    const servers = {
      'node:http': raw,
      'Mercurius + JIT': mercurius,
      Apollo: apollo,
      Yoga: yoga,
      [GATEHOUSE]: gateway.server,
    };
    const count = scaled(profile, 10_000);
    const samples = await compareRequests(servers, requestTo, answer, { profile, count });
    return [{ work: '{ me { id login } }', unit: 'µs', samples, goal: { atMost: 1, times: 'Apollo' } }];
  },
};
