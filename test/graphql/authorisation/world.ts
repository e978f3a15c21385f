import { nodeId } from '../../../src/database/node-id.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import type { OpenedSession } from '../../../src/sessions/sessions.js';
import { ANONYMOUS, type Audience, createCallers, openSession } from '../../support/callers.js';
import { connect } from '../../support/clients/live.js';
import { uploadForm } from '../../support/clients/multipart.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

/** The device of the member. */
export const DEVICE = 'serial-1';

/** @returns as `outcome`. */
type Call = (session: OpenedSession | null) => Promise<string>;

interface Rule {
  readonly may: Audience;
  readonly call: Call;
  /** The outcome for callers with the permission. */
  readonly allowed?: string;
  /** The outcome for signed-in callers without it. */
  readonly refused?: string;
}

/** Rules by operation, such as `Query.me`. */
export type Rules = Readonly<Record<string, Rule>>;

export type Result = { data?: unknown; errors?: readonly { extensions?: Record<string, unknown> }[] };

/** The codes of a refusal; `nothing` for what is not there for the caller; else `allowed`. */
function outcome({ data, errors }: Result): string {
  if (errors) return errors.map(({ extensions }) => extensions?.code).join(' ');
  return /^\{"\w+":(null|\[\]|\[null\]|\{"(edges|devices)":\[\]\})\}$/.test(JSON.stringify(data))
    ? 'nothing'
    : 'allowed';
}

export const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** A gateway with the callers of `createCallers`, in which the member has a device, a key and a release. */
export class World {
  gateway!: TestGateway;
  /** The node id of the member. */
  memberId = '';
  #host = '';
  #unique = 0;

  async open(): Promise<void> {
    this.gateway = await startGateway();
    this.#host = await this.gateway.listen();
    await createCallers(this.gateway);
    const { user, accessToken } = await this.openSession('max');
    this.memberId = nodeId('user', user.id);
    await this.#beat(accessToken, DEVICE);
    await this.createKey();
    await this.upload(accessToken);
    await this.upload((await this.openSession('pia')).accessToken);
  }

  /** A number that no other call has got, so that none meets what another one made. */
  next(): number {
    this.#unique += 1;
    return this.#unique;
  }

  openSession(username: string): Promise<OpenedSession> {
    return openSession(this.gateway, username, graphqlSessionPolicy);
  }

  /** A key of the member. */
  createKey() {
    const key = { name: 'k', permissions: ['releases:read'], lifetimeDays: 1 } as const;
    const userId = Number(this.memberId.replace('user_', ''));
    return this.gateway.services.apiKeys.createByOperator({ ...key, userId }, ANONYMOUS);
  }

  readonly ask =
    (query: string): Call =>
    (session) =>
      this.overHttp(query, session?.accessToken);

  readonly follow =
    (query: string): Call =>
    (session) =>
      this.#firstEvent(query, session?.accessToken);

  /** @param run `ask` or `follow`. */
  withTicket(query: (ticket: string, deviceId: string) => string, run: (query: string) => Call): Call {
    return async (session) => {
      const deviceId = `kiosk-${this.next()}`;
      const client = { address: '', deviceId: null, version: null, model: null };
      const { ticket } = await this.gateway.services.scanTickets.issue(deviceId, client);
      return run(query(ticket, deviceId))(session);
    };
  }

  async overHttp(query: string, token?: string): Promise<string> {
    return outcome((await this.gateway.post('/graphql', { query }, bearer(token))).json());
  }

  async upload(token?: string): Promise<string> {
    const version = String(this.next());
    const operations = JSON.stringify({
      query: `mutation($input: UploadReleaseInput!) { uploadRelease(input: $input) { release { id } } }`,
      variables: { input: { version, file: null } },
    });
    const form = uploadForm([
      ['operations', operations],
      ['map', '{"0": ["variables.input.file"]}'],
      ['0', { fileName: `agent${version}.bin`, content: 'x' }],
    ]);
    const headers = { ...form.headers, ...bearer(token), 'apollo-require-preflight': 'true' };
    const response = await this.gateway.app.inject({ method: 'POST', url: '/graphql', ...form, headers });
    return outcome(response.json());
  }

  /** The outcome of the first event, which a heartbeat causes where the caller is signed in. */
  async #firstEvent(query: string, token?: string): Promise<string> {
    const client = connect(this.#host, token);
    try {
      const events = client.iterate({ query });
      const first = events.next();
      // The subscription is there once an operation sent after it on the same socket has been answered.
      await client.iterate({ query: '{ latestRelease { id } }' }).next();
      if (token) await this.#beat(token, 'serial-2');
      const { value } = await first;
      await events.return?.();
      return outcome(JSON.parse(JSON.stringify(value)));
    } catch (errors) {
      return outcome({ errors: JSON.parse(JSON.stringify(errors)) });
    } finally {
      await client.dispose();
    }
  }

  async #beat(token: string, device: string): Promise<void> {
    await this.gateway.post('/api/heart/check', {}, { ...bearer(token), 'x-device-id': device });
    await this.gateway.services.heartbeats.announce();
  }
}
