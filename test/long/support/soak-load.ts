import { setTimeout } from 'node:timers/promises';
import { print } from 'graphql';
import { BeatingDevice } from '../../nodes/support/beating-device.js';
import { execute, post, signIn } from '../../nodes/support/fleet-api.js';
import { LiveSubscriber } from '../../nodes/support/live-subscriber.js';
import { eventually } from '../../support/eventually.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

const DEVICES = 50;
const BEAT_INTERVAL_MS = 1000;
/** An access token expires after 15 minutes. */
const SESSION_MS = 5 * 60_000;
const PACKAGE_BYTES = 64 * 1024;
/** The addresses and names of failing callers: limits remember each for an hour. */
const STRANGERS = 100;

/** What callers of all kinds do at once, again and again, and what they got. */
export class SoakLoad {
  readonly counts: Record<string, number> = {};
  readonly unexpected: string[] = [];
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>[];
  readonly #devices: BeatingDevice[];

  /**
   * @param token of an administrator.
   * @param deviceToken of a session that outlives the soak.
   */
  constructor(
    private readonly host: string,
    private token: string,
    deviceToken: string,
  ) {
    this.#devices = Array.from(
      { length: DEVICES },
      (_, index) => new BeatingDevice(host, deviceToken, `device-${index}`, BEAT_INTERVAL_MS),
    );
    this.#running = [
      this.#repeat('session', SESSION_MS, () => this.#replaceSession()),
      this.#repeat('login', 1000, () => this.#login()),
      this.#repeat('legacy login', 1000, () => this.#legacyLogin()),
      this.#repeat('upload', 5000, (round) => this.#upload(round)),
      this.#repeat('download', 500, () => this.#download()),
      this.#repeat('aborted download', 2000, () => this.#abortDownload()),
      this.#repeat('subscriber', 500, () => this.#subscribe()),
      this.#repeat('query', 200, () => this.#query()),
      this.#repeat('failure', 500, (round) => this.#fail(round)),
    ];
  }

  get heartbeats(): number {
    return this.#devices.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#running, ...this.#devices.map((device) => device.stop())]);
  }

  async #repeat(name: string, intervalMs: number, act: (round: number) => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    for (let round = 1; !signal.aborted; round++) {
      await act(round).catch((error: unknown) => this.unexpected.push(`${name}: ${error}`));
      this.counts[name] = round;
      await setTimeout(intervalMs, undefined, { signal }).catch(() => {});
    }
  }

  async #replaceSession(): Promise<void> {
    this.token = (await signIn(this.host)).token;
  }

  async #login(): Promise<void> {
    const { login } = await execute(this.host, op.LoginDocument, {
      input: { username: 'root', password: PASSWORD },
    });
    await execute(this.host, op.LogoutDocument, { input: {} }, login.accessToken);
  }

  async #legacyLogin(): Promise<void> {
    await legacyToken(this.host, PASSWORD);
  }

  async #upload(round: number): Promise<void> {
    const form = new FormData();
    form.append('version', String(round));
    form.append('file', new Blob([Buffer.alloc(PACKAGE_BYTES, round)]), 'soak.bin');
    const headers = { authorization: this.token };
    const answer = await fetch(`http://${this.host}/api/upgrade/upload`, {
      method: 'POST',
      headers,
      body: form,
    });
    if (answer.status !== 200) throw new Error(await answer.text());
  }

  async #download(): Promise<void> {
    const { body } = await post(this.host, '/api/upgrade/checkVersion', {});
    if (body.meta.status === 404) return;
    const answer = await fetch(body.data.full_path);
    const { byteLength } = await answer.arrayBuffer();
    if (byteLength !== PACKAGE_BYTES) throw new Error(`${answer.status}, ${byteLength} bytes`);
  }

  async #abortDownload(): Promise<void> {
    const answer = await fetch(`http://${this.host}/dist/soak-1.bin`);
    await answer.body?.cancel();
  }

  async #subscribe(): Promise<void> {
    const subscriber = new LiveSubscriber(this.host, this.token);
    await eventually(async () => subscriber.isReady);
    await subscriber.stop();
  }

  async #query(): Promise<void> {
    await execute(this.host, op.MeDocument, {}, this.token);
  }

  /** Wrong passwords, unknown tokens, invalid operations and malformed bodies. */
  async #fail(round: number): Promise<void> {
    const headers = { 'x-forwarded-for': `10.0.0.${round % STRANGERS}` };
    const input = { username: `stranger-${round % STRANGERS}`, password: 'wrong password' };
    await post(this.host, '/graphql', { query: print(op.LoginDocument), variables: { input } }, headers);
    await post(this.host, '/api/heart/check', {}, { authorization: `unknown-${round}` });
    await post(this.host, '/graphql', { query: `{ unknown${round} }` }, headers);
    await fetch(`http://${this.host}/login`, { method: 'POST', body: '{"phone":', headers });
  }
}

/** Signs the administrator in at a legacy API, whose tokens are valid for hours. */
export async function legacyToken(host: string, passwd: string): Promise<string> {
  const { body } = await post(host, '/api/background_login', { account: 'root', passwd });
  if (body.code !== 0) throw new Error(JSON.stringify(body));
  return body.body.token;
}
