import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig } from '../../src/config.js';
import { describeWithNginx, documentedNginx } from '../support/infrastructure/nginx.js';
import { describeWithRedis, startRedis } from '../support/infrastructure/redis.js';

const networks = z.object({ default: z.object({ ipv4_address: z.string() }) });
const Gateway = z.object({ environment: z.record(z.string(), z.string()), networks });
const Services = z.object({
  services: z.object({ 'gateway-1': Gateway, 'gateway-2': Gateway, nginx: z.object({ networks }) }),
});

const read = (name: string): Promise<string> => readFile(join('deploy', name), 'utf8');

async function composeServices() {
  return Services.parse(parse(await read('compose.yaml'), { merge: true })).services;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-deploy-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the gateways of compose.yaml have valid settings, with those of the Dockerfile', async () => {
  const [, line = ''] = /^ENV (.*)$/m.exec(await read('Dockerfile')) ?? [];
  const image = Object.fromEntries(line.split(' ').map((pair) => pair.split('=')));
  const services = await composeServices();
  const [first, second] = [services['gateway-1'].environment, services['gateway-2'].environment];
  expect(second).toEqual(first);
  expect(first.TRUST_PROXY).toBe(services.nginx.networks.default.ipv4_address);
  // As Compose replaces variables; a secret has at least 32 characters.
  const given = Object.entries(first).map(([name, value]) => [
    name,
    value.replace(/\$\{PUBLIC_URL:\?\}/, 'http://localhost').replaceAll(/\$\{\w+:\?\}/g, 'x'.repeat(32)),
  ]);
  const config = readConfig({ ...image, ...Object.fromEntries(given) });
  expect(config).toMatchObject({
    NODE_ENV: 'production',
    PORTS: [8080],
    REDIS_URL: { hosts: [{ host: 'valkey', port: 6379 }] },
  });
});

test('the Dockerfile copies what exists', async () => {
  const copied = [...(await read('Dockerfile')).matchAll(/^COPY --from=build \/app\/(\S+)/gm)];
  expect(copied.length).toBeGreaterThan(0);
  expect(copied.map(([, path = '']) => path).filter((path) => !existsSync(path))).toEqual([]);
});

describeWithNginx('nginx.conf', () => {
  test('is accepted by nginx', async () => {
    const configuration = join(folder, 'nginx.conf');
    await writeFile(configuration, await read('nginx.conf'));
    const { status, stderr } = spawnSync('nginx', ['-t', '-c', configuration], { encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({ status: 0 });
  });

  test('is the proxy of docs/operations.md, in front of the gateways of compose.yaml', async () => {
    const services = await composeServices();
    const text = (await read('nginx.conf')).replaceAll(/^ {2}/gm, '');
    const documented = documentedNginx({ listen: '80', upstream: '' });
    expect(text).toContain(/^map[\s\S]*/m.exec(documented)?.[0]);
    const upstreams = [...text.matchAll(/server ([\d.]+):8080/g)].map(([, address]) => address);
    const gateways = [services['gateway-1'], services['gateway-2']];
    expect(upstreams).toEqual(gateways.map(({ networks }) => networks.default.ipv4_address));
  });
});

describeWithRedis('redis.conf', () => {
  test('makes a Redis that a gateway accepts without a warning', async () => {
    const lines = (await read('redis.conf')).split('\n').filter((line) => /^\w/.test(line));
    const settings = lines.map((line) => /^(\S+) (.*)$/.exec(line.replaceAll('"', ''))?.slice(1) ?? []);
    const redis = await startRedis(Object.fromEntries(settings));
    const { warnings, close } = await redis.connect();
    close();
    await redis.stop();
    expect(warnings).toEqual([]);
  });
});
