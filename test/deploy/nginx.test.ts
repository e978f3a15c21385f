import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { upgradeSessionPolicy } from '../../src/legacy/upgrade/session-policy.js';
import { Session } from '../../src/sessions/session.entity.js';
import { openSession } from '../support/callers.js';
import { trackAcceptedSockets } from '../support/clients/accepted-sockets.js';
import { ask } from '../support/clients/client.js';
import { connect, watch } from '../support/clients/live.js';
import { uploadForm } from '../support/clients/multipart.js';
import { openRequest } from '../support/clients/raw-http.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import {
  deployedNginx,
  describeWithNginx,
  documentedNginx,
  type Nginx,
  startNginx,
} from '../support/infrastructure/nginx.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';
import { publishRelease, startPublishing, UPLOAD } from '../support/releases.js';

const MIB = 1024 ** 2;
const accepted = trackAcceptedSockets();

let gateway: TestGateway;
let publisher: string;
let upstream: string;
let deviceToken: string;
beforeAll(async () => {
  ({ gateway, publisher } = await startPublishing({ TRUST_PROXY: '127.0.0.1' }));
  upstream = await gateway.listen();
  await gateway.createUser({ username: 'device', password: PASSWORD });
  deviceToken = (await openSession(gateway, 'device', upgradeSessionPolicy)).accessToken;
});
afterAll(() => gateway.close());

let versions = 0;
function version(): string {
  versions += 1;
  return String(versions);
}

const configurations = [
  ['docs/operations.md', (listen: string) => documentedNginx({ listen, upstream })],
  ['deploy/nginx.conf', (listen: string) => deployedNginx({ listen, upstreams: [upstream] })],
] as const;

describeWithNginx('behind nginx', () => {
  describe.each(configurations)('of %s', (_file, configuration) => {
    let nginx: Nginx;
    beforeAll(async () => {
      nginx = await startNginx(configuration);
    });
    afterAll(async () => {
      await nginx.close();
      expect(nginx.logged()).toBe('');
    });

    test('100 heartbeats of one client share a connection to the gateway', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const before = accepted.length;
      for (let sent = 0; sent < 100; sent += 1)
        expect(await sendHeartbeat(nginx.host, agent, deviceToken)).toBe(201);
      agent.destroy();
      expect(accepted.length - before).toBeLessThanOrEqual(1);
    });

    test('a session has the address of its client, and not one that the client claims', async () => {
      const sent = request(`http://${nginx.host}/api/background_login`, {
        method: 'POST',
        localAddress: '127.0.0.5',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.7' },
      });
      sent.end(JSON.stringify({ account: 'device', passwd: PASSWORD }));
      const [response] = await once(sent, 'response');
      await once(response.resume(), 'end');
      const sessions = await gateway.services.db.em.fork().find(Session, { api: 'uims' });
      expect(new Set(sessions.map(({ address }) => address))).toEqual(new Set(['127.0.0.5']));
    });

    test('a subscription receives a release that is published later', async () => {
      const since = (await ask(gateway, op.ReleaseChannelsDocument, {}, publisher)).releaseCursor;
      const client = connect(nginx.host, publisher);
      const releases = watch(client, op.ReleasePublishedDocument, { channel: 'live', since });
      await publishRelease(gateway, version(), { channel: 'live' });
      expect((await releases.next())?.releasePublished.kind).toBe('PUBLISHED');
      await publishRelease(gateway, version(), { channel: 'live' });
      expect((await releases.next())?.releasePublished.kind).toBe('PUBLISHED');
      await releases.stop();
      await client.dispose();
    });

    test('an upload reaches the gateway while it is sent', async () => {
      const { headers, payload } = uploadForm([
        ['version', version()],
        ['file', { fileName: 'agent.bin', content: Buffer.alloc(8 * MIB, nginx.host) }],
      ]);
      const socket = await openRequest(nginx.host, [
        `POST ${UPLOAD} HTTP/1.1`,
        `authorization: ${publisher}`,
        `content-type: ${headers['content-type']}`,
        `content-length: ${payload.length}`,
      ]);
      socket.write(payload.subarray(0, 4 * MIB));
      const folder = join(gateway.services.config.DATA_DIR, 'uploads');
      await eventually(async () => {
        const files = await readdir(folder);
        const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
        return sizes.some((size) => size > 3 * MIB);
      });
      socket.write(payload.subarray(4 * MIB));
      const [head] = await once(socket, 'data');
      expect(String(head)).toMatch(/^HTTP\/1\.1 200 /);
      socket.destroy();
    });

    test('a request for 1,000 ranges returns them all', async () => {
      const content = Buffer.alloc(2 * MIB, 'block');
      const { packageName } = await publishRelease(gateway, version(), { name: 'blocks.bin', content });
      const starts = Array.from({ length: 1000 }, (_, at) => at * 2000);
      const range = `bytes=${starts.map((start) => `${start}-${start + 9}`).join(', ')}`;
      const response = await fetch(`http://${nginx.host}/dist/${packageName}`, { headers: { range } });
      const body = await response.text();
      expect([response.status, body.match(/^Content-Range: /gm)?.length]).toEqual([206, 1000]);
    });
  });

  const CONNECTIONS = 400;
  /** Node closes idle connections around this time by default. */
  const PAUSE_MS = 5990;

  test('answers every heartbeat, however long the connections were idle', async () => {
    const nginx = await startNginx((listen) =>
      documentedNginx({ listen, upstream }).replace(/keepalive \d+/, `keepalive ${CONNECTIONS}`),
    );
    const agent = new Agent({ keepAlive: true });
    const beat = () => sendHeartbeat(nginx.host, agent, deviceToken);
    const statuses: (number | undefined)[] = [];
    for (const pause of [0, PAUSE_MS]) {
      await setTimeout(pause);
      for (const _time of ['first', 'again'])
        statuses.push(...(await Promise.all(Array.from({ length: CONNECTIONS }, beat))));
    }
    agent.destroy();
    await nginx.close();
    expect(statuses).toEqual(Array(4 * CONNECTIONS).fill(201));
    expect(nginx.logged()).toBe('');
  });
});

async function sendHeartbeat(host: string, agent: Agent, token: string): Promise<number | undefined> {
  const sent = request(`http://${host}/api/heart/check`, {
    agent,
    method: 'POST',
    headers: { authorization: token },
  });
  const [response] = await once(sent.end(), 'response');
  response.resume();
  await once(response, 'end');
  return response.statusCode;
}

describeWithNginx('behind nginx, with gateways of two versions', () => {
  test('a file of the new version is served by the gateway that has it', async () => {
    const serve = (status: number) => createServer((_request, response) => response.writeHead(status).end());
    const gateways = [serve(404), serve(200)].map((server) => server.listen(0, '127.0.0.1'));
    await Promise.all(gateways.map((server) => once(server, 'listening')));
    const upstreams = gateways.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
    const nginx = await startNginx((listen) => deployedNginx({ listen, upstreams }));
    for (let request = 0; request < 10; request++) {
      expect((await fetch(`http://${nginx.host}/assets/index-4f2a.js`)).status).toBe(200);
    }
    await nginx.close();
    for (const server of gateways) server.close();
  });
});
