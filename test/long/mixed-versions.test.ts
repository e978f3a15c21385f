import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrations } from '../../migrations/index.js';
import { BeatingDevice } from '../nodes/support/beating-device.js';
import { ADMINISTRATOR, Fleet, type GatewayNode } from '../nodes/support/fleet.js';
import { execute, post, signIn } from '../nodes/support/fleet-api.js';
import { download, newestVersion, nextVersion, upload } from '../nodes/support/packages.js';
import { type DeviceSession, Round } from '../nodes/support/round.js';
import { connect, watch } from '../support/clients/live.js';
import { RawLive } from '../support/clients/raw-live.js';
import { withClient } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import * as op from '../support/operations.js';
import { buildPreviousVersion, type PreviousVersion } from './support/previous-version.js';

const PACKAGE_BYTES = 2 ** 20;
const BEAT_MS = 100;

const opened = new AsyncDisposableStack();
let previous: PreviousVersion;
let fleet: Fleet;
/** Stays on the previous version until all nodes are upgraded. */
let stable: GatewayNode;
/** Runs the present version, and returns to the previous one. */
let upgraded: GatewayNode;

beforeAll(async () => {
  previous = opened.use(await buildPreviousVersion());
  fleet = opened.adopt(await Fleet.start(previous.program), (started) => started.stop());
  [stable, , upgraded] = fleet.nodes as [GatewayNode, GatewayNode, GatewayNode];
});
afterAll(() => opened.disposeAsync());

const presentMigrations = migrations.map(({ name }) => name).sort();

const appliedMigrations = () =>
  withClient(fleet.postgres.url, async (client) => {
    const { rows } = await client.query<{ name: string }>('select name from migrations');
    return rows.map(({ name }) => name).sort();
  });

/** A round with a subscriber at each node, which resumes there when the node has started again. */
const startRound = () =>
  Round.start(
    fleet,
    fleet.nodes.map(({ host }) => host),
  );

/** Both directions between the versions. */
const directions = [
  { here: 'previous', there: 'present' },
  { here: 'present', there: 'previous' },
] as const;

const hostOf = (version: 'previous' | 'present'): string =>
  version === 'previous' ? stable.host : upgraded.host;

test('nodes of the previous version serve while one of the present version migrates', async () => {
  const round = await startRound();
  const applied = await appliedMigrations();
  expect(applied).not.toEqual(presentMigrations);
  expect(presentMigrations).toEqual(expect.arrayContaining(applied));
  expect(await upgraded.end('SIGTERM')).toBe(0);
  let isStarting = true;
  const starting = upgraded.start().finally(() => {
    isStarting = false;
  });
  while (isStarting) await signIn(stable.host);
  await starting;
  expect(await appliedMigrations()).toEqual(presentMigrations);
  await round.pass(1);
  expect(await round.end()).toEqual([]);
});

test('subscribers of both versions receive each transition once', async () => {
  const round = await startRound();
  await round.beatAtAllNodes();
  const [revokedHere, revokedThere, silent] = round.sessions as [DeviceSession, DeviceSession, DeviceSession];
  await round.revoke(revokedHere, stable.host);
  await round.revoke(revokedThere, upgraded.host);
  for (const device of silent.devices) {
    await device.stop();
    device.ends.push({ at: performance.now(), reason: 'TIMEOUT' });
  }
  await round.settle();
  expect(await round.end()).toEqual([]);
});

test.each(directions)(
  'a session of the $here version is refreshed and revoked at the $there version',
  async ({ here, there }) => {
    const { login } = await execute(hostOf(here), op.LoginDocument, { input: ADMINISTRATOR });
    const input = { refreshToken: login.refreshToken };
    const { refreshSession } = await execute(hostOf(there), op.RefreshSessionDocument, { input });
    const token = refreshSession.accessToken;
    for (const host of [hostOf(here), hostOf(there)]) {
      const { me } = await execute(host, op.MeDocument, {}, token);
      expect(me).toMatchObject({ username: ADMINISTRATOR.username });
    }
    const sockets = await Promise.all([here, there].map((version) => RawLive.open(hostOf(version), token)));
    const administrator = await signIn(hostOf(there));
    const ended = { input: { id: login.session.id } };
    await execute(hostOf(there), op.RevokeSessionDocument, ended, administrator.token);
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4403, 4403]);
    for (const host of [hostOf(here), hostOf(there)]) {
      await eventually(
        async () => (await post(host, '/api/heart/check', {}, { authorization: token })).status === 401,
      );
    }
  },
);

test.each(directions)(
  'a heartbeat at the $here version reaches subscribers of the $there version',
  async ({ here, there }) => {
    const { token, sessionId } = await signIn(hostOf(here));
    const client = connect(hostOf(there), token);
    const clientId = `beats at the ${here} version`;
    const query = 'subscription { heartbeats { device { clientId } } }';
    const device = new BeatingDevice(hostOf(here), token, clientId, BEAT_MS);
    for await (const { data } of client.iterate({ query })) {
      if (JSON.stringify(data).includes(clientId)) break;
    }
    await device.stop();
    await client.dispose();
    // The device goes offline now, and not while a later test replaces a node.
    await execute(hostOf(here), op.RevokeSessionDocument, { input: { id: sessionId } }, token);
  },
);

test.each(directions)(
  'a package that the $here version receives is announced and downloaded at the $there version',
  async ({ here, there }) => {
    const { token } = await signIn(hostOf(here));
    const { releaseCursor } = await execute(hostOf(here), op.ReleaseChannelsDocument, {}, token);
    const client = connect(hostOf(there), token);
    const published = watch(client, op.ReleasePublishedDocument, { since: releaseCursor });
    const version = nextVersion();
    const content = await upload(hostOf(here), token, version, PACKAGE_BYTES);
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(await published.next()).toMatchObject({ releasePublished: { release: { sha256 } } });
    await eventually(async () => (await newestVersion(hostOf(there))) === version);
    expect(content.equals(await download(hostOf(there), version))).toBe(true);
    await client.dispose();
  },
);

test.each(directions)(
  'a scan ticket of the $here version is approved at the $there version',
  async ({ here, there }) => {
    const { token } = await signIn(hostOf(there));
    const deviceId = 'kiosk';
    const captcha = { input: { type: 'SCAN', deviceId } } as const;
    const { createCaptcha } = await execute(hostOf(here), op.CreateCaptchaDocument, captcha);
    const ticket = createCaptcha.captcha.ticket ?? '';
    const client = connect(hostOf(here));
    const states = watch(client, op.ScanTicketDocument, { ticket, deviceId });
    const next = async () => (await states.next())?.scanTicket.state;
    expect(await next()).toBe('PENDING');
    await execute(hostOf(there), op.ClaimScanDocument, { input: { ticket } }, token);
    expect(await next()).toBe('CLAIMED');
    const approval = { input: { ticket, decision: 'APPROVE' } } as const;
    await execute(hostOf(there), op.ApproveScanDocument, approval, token);
    expect(await next()).toBe('APPROVED');
    const input = { ticket, deviceId };
    const { loginWithScan } = await execute(hostOf(here), op.LoginWithScanDocument, { input });
    expect(loginWithScan.user).toMatchObject({ username: ADMINISTRATOR.username });
    await client.dispose();
  },
);

test.each(directions)('the $here version lists the nodes of both', async ({ here }) => {
  const { token } = await signIn(hostOf(here));
  const query = '{ health { nodes { version failing } } }';
  const headers = { authorization: `Bearer ${token}` };
  await eventually(async () => {
    const { body } = await post(hostOf(here), '/graphql', { query }, headers);
    return body.data.health.nodes.length === fleet.nodes.length;
  });
});

test('a node returns to the previous version, and serves on the migrated database', async () => {
  const round = await startRound();
  expect(await upgraded.end('SIGTERM')).toBe(0);
  await round.pass(1);
  await upgraded.start(previous.program);
  await round.beatAtAllNodes();
  const version = nextVersion();
  const { token } = await signIn(upgraded.host);
  const content = await upload(upgraded.host, token, version, PACKAGE_BYTES);
  expect(content.equals(await download(stable.host, version))).toBe(true);
  expect(await appliedMigrations()).toEqual(presentMigrations);
  expect(await round.end()).toEqual([]);
});

test('all nodes are upgraded one after another', async () => {
  const round = await startRound();
  for (const node of fleet.nodes) {
    expect(await node.end('SIGTERM')).toBe(0);
    await node.start();
    await round.pass(1);
  }
  await round.beatAtAllNodes();
  expect(await round.end()).toEqual([]);
});
