import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { upgradeSessionPolicy } from '../../src/legacy/upgrade/session-policy.js';
import { openSession } from '../support/callers.js';
import { openRequest } from '../support/clients/raw-http.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { describeWithNginx, documentedNginx, startNginx } from '../support/infrastructure/nginx.js';
import { PASSWORD } from '../support/password.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

test('keeps idle connections for longer than the 60 seconds of nginx, and announces it', async () => {
  const socket = await openRequest(await gateway.listen(), ['GET /health/live HTTP/1.1']);
  const [head] = await once(socket, 'data');
  expect(String(head)).toMatch(/\r\nkeep-alive: timeout=75\r\n/i);
  socket.destroy();
});

test('closes an idle connection after KEEP_ALIVE_TIMEOUT', async () => {
  const impatient = await startGateway({ KEEP_ALIVE_TIMEOUT: '1s' });
  const socket = await openRequest(await impatient.listen(), ['GET /health/live HTTP/1.1']);
  await once(socket, 'data');
  await once(socket.resume(), 'close');
  await impatient.close();
});

describeWithNginx('behind nginx as operations.md configures it', () => {
  const CONNECTIONS = 400;
  /** Around the time that Node keeps connections by default: 5 seconds and a buffer of one. */
  const PAUSES_MS = [5980, 5990, 6000];

  test('answers every heartbeat, whenever the connections are used again', async () => {
    await gateway.createUser({ username: 'device', password: PASSWORD });
    const { accessToken } = await openSession(gateway, 'device', upgradeSessionPolicy);
    const upstream = await gateway.listen();
    const nginx = await startNginx((listen) =>
      documentedNginx({ listen, upstream }).replace(/keepalive \d+/, `keepalive ${CONNECTIONS}`),
    );
    const agent = new Agent({ keepAlive: true });
    const beat = () => sendHeartbeat(nginx.host, agent, accessToken);
    const statuses: (number | undefined)[] = [];
    for (const pause of [0, ...PAUSES_MS]) {
      await setTimeout(pause);
      for (const _time of ['first', 'again']) {
        statuses.push(...(await Promise.all(Array.from({ length: CONNECTIONS }, beat))));
      }
    }
    agent.destroy();
    await nginx.close();
    expect(statuses).toHaveLength(3200);
    expect(statuses.filter((status) => status !== 201)).toEqual([]);
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
