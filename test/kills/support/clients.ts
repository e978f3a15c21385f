import { createHash, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { ADMINISTRATOR } from '../../nodes/support/fleet.js';
import { execute, post } from '../../nodes/support/fleet-api.js';
import { nextVersion, upload } from '../../nodes/support/packages.js';
import * as op from '../../support/operations.js';

const PACKAGE_BYTES = 512 * 1024;
const PAUSE_MS = 20;

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
  /** Usernames of accounts whose registration was answered. */
  readonly registered: string[] = [];
  /** Scan tickets by their devices, and what was answered. */
  readonly scans = new Map<string, { readonly ticket: string; approved: boolean; redeemed: boolean }>();
}

/** Clients of a gateway that act at the same time, each again and again, until they are stopped. */
export class Clients {
  readonly acts = new Acts();
  readonly #stopping = new AbortController();
  readonly #running: Promise<unknown>;

  /** @param token of an administrator */
  constructor(
    private readonly host: string,
    private readonly token: string,
  ) {
    const loops = [this.#beat, this.#logIn, this.#revoke, this.#scan, this.#upload, this.#register];
    this.#running = Promise.all(loops.map((act) => this.#repeat(act)));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #repeat(act: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // Once the gateway is killed, all acts fail.
      await act.call(this).catch(() => {});
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

  async #register(): Promise<void> {
    const username = `person-${randomUUID().slice(0, 8)}`;
    const { register } = await execute(this.host, op.RegisterDocument, {
      input: { username, password: 'a long password' },
    });
    this.acts.registered.push(username);
    this.acts.valid.push(register.accessToken);
  }
}
