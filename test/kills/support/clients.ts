import { createHash, randomInt, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { ADMINISTRATOR } from '../../nodes/support/fleet.js';
import { execute, post } from '../../nodes/support/fleet-api.js';
import { nextVersion, upload } from '../../nodes/support/packages.js';
import * as op from '../../support/operations.js';
import { SMS_CODE } from './installation.js';

const PACKAGE_BYTES = 128 * 1024;
const WITHDRAWN_BYTES = 1024;
const PAUSE_MS = 20;

/** Logs in with the code that was sent to a phone. */
export const verifyCode = (host: string, deviceId: string, account: string) =>
  post(host, '/api/user/verifyCode', { account, code: SMS_CODE }, { 'x-device-id': deviceId });

/** What the gateway has answered that it did. */
export class Acts {
  /** Tokens that must still be valid. */
  readonly valid: string[] = [];
  /** Tokens that must never be valid again. */
  readonly revoked: string[] = [];
  /** Client ids of devices whose heartbeat was answered. */
  readonly devices: string[] = [];
  /** Versions whose upload was answered, with the SHA-256 of their package. */
  readonly released = new Map<number, string>();
  /** Versions whose withdrawal was answered. */
  readonly withdrawn: string[] = [];
  /** Usernames of accounts whose registration was answered. */
  readonly registered: string[] = [];
  /** Scan tickets by their devices, and what was answered. */
  readonly scans = new Map<string, { readonly ticket: string; approved: boolean; redeemed: boolean }>();
  /** Phones that a code was sent to by their devices, and whether a login with it was answered. */
  readonly codes = new Map<string, { readonly phone: string; used: boolean }>();
}

/** Clients of a gateway that act at the same time, each again and again, until they are stopped. */
export class Clients {
  readonly acts = new Acts();
  readonly #stopping = new AbortController();
  /** Resolves when each of them has been answered once. */
  readonly begun: Promise<unknown>;
  readonly #running: Promise<unknown>;

  /** @param token of an administrator */
  constructor(
    private readonly host: string,
    private readonly token: string,
  ) {
    const loops = [
      ...[this.#beat, this.#logIn, this.#revoke, this.#scan, this.#answerCode],
      ...[this.#upload, this.#withdraw, this.#register],
    ];
    const firstAnswers = loops.map(() => Promise.withResolvers<void>());
    this.begun = Promise.all(firstAnswers.map(({ promise }) => promise));
    this.#running = Promise.all(loops.map((act, at) => this.#repeat(act, () => firstAnswers[at]?.resolve())));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #repeat(act: () => Promise<void>, onAnswer: () => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // Once the gateway is killed, all acts fail.
      await act.call(this).then(onAnswer, () => {});
      await setTimeout(PAUSE_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #beat(): Promise<void> {
    const clientId = randomUUID();
    const headers = { authorization: this.token, 'x-device-id': clientId };
    const { status } = await post(this.host, '/api/heart/check', {}, headers);
    if (status === 201) this.acts.devices.push(clientId);
  }

  async #logIn(): Promise<void> {
    const { login } = await execute(this.host, op.LoginDocument, { input: ADMINISTRATOR });
    this.acts.valid.push(login.accessToken);
  }

  async #revoke(): Promise<void> {
    const { login } = await execute(this.host, op.LoginDocument, { input: ADMINISTRATOR });
    await execute(this.host, op.RevokeSessionDocument, { input: { id: login.session.id } }, this.token);
    this.acts.revoked.push(login.accessToken);
  }

  async #scan(): Promise<void> {
    const deviceId = randomUUID();
    const input = { type: 'SCAN' as const, deviceId };
    const { createCaptcha } = await execute(this.host, op.CreateCaptchaDocument, { input });
    const ticket = createCaptcha.captcha.ticket ?? '';
    const scan = { ticket, approved: false, redeemed: false };
    this.acts.scans.set(deviceId, scan);
    await execute(this.host, op.ApproveScanDocument, { input: { ticket } }, this.token);
    scan.approved = true;
    const { loginWithScan } = await execute(this.host, op.LoginWithScanDocument, {
      input: { ticket, deviceId },
    });
    scan.redeemed = true;
    this.acts.valid.push(loginWithScan.accessToken);
  }

  async #upload(): Promise<void> {
    const version = nextVersion();
    const content = await upload(this.host, this.token, version, PACKAGE_BYTES);
    this.acts.released.set(version, createHash('sha256').update(content).digest('hex'));
  }

  async #withdraw(): Promise<void> {
    const version = String(nextVersion());
    await upload(this.host, this.token, Number(version), WITHDRAWN_BYTES);
    const { releases } = await execute(this.host, op.ReleasesDocument, { first: 20 }, this.token);
    const id = releases.edges.find(({ node }) => node.version === version)?.node.id ?? '';
    await execute(this.host, op.WithdrawReleaseDocument, { input: { id, reason: 'broken' } }, this.token);
    this.acts.withdrawn.push(version);
  }

  async #answerCode(): Promise<void> {
    const deviceId = randomUUID();
    const phone = `139${randomInt(10 ** 8)
      .toString()
      .padStart(8, '0')}`;
    const code = { phone, used: false };
    // An address of its own, since each may request few codes.
    const headers = { 'x-device-id': deviceId, 'x-forwarded-for': `2001:db8:${deviceId.slice(0, 4)}::1` };
    const sent = await post(this.host, '/api/user/sendCode', { account: phone }, headers);
    if (sent.status !== 200) throw new Error(JSON.stringify(sent.body));
    this.acts.codes.set(deviceId, code);
    const login = await verifyCode(this.host, deviceId, phone);
    if (login.status !== 200) throw new Error(JSON.stringify(login.body));
    code.used = true;
    this.acts.valid.push(login.body.data.token);
  }

  async #register(): Promise<void> {
    const username = `person-${randomUUID().slice(0, 8)}`;
    const { register } = await execute(this.host, op.RegisterDocument, {
      input: { username, password: 'a long password' },
    });
    this.acts.registered.push(username);
    this.acts.valid.push(register.accessToken);
  }
}
