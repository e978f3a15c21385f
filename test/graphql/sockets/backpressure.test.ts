import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MAX_QUEUE_BYTES } from '../../../src/graphql/sockets/socket-writer.js';
import { trackAcceptedSockets } from '../../support/clients/accepted-sockets.js';
import { RawLive } from '../../support/clients/raw-live.js';
import { eventually } from '../../support/eventually.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

/** Messages that arrive in one read are answered before the gateway pauses. */
const READ_SIZE = 256 * 1024;

let gateway: TestGateway;
let host: string;
const accepted = trackAcceptedSockets();
beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
});
afterAll(() => gateway.close());

const bulky = 'x'.repeat(50_000);
/** The answer contains the alias. */
const query = `{ ${bulky}: __typename }`;
const floods: [what: string, count: number, send: (raw: RawLive, id: number) => void][] = [
  ['pings', 500, (raw) => raw.send({ type: 'ping', payload: { bulky } })],
  ['operations', 500, (raw, id) => raw.send({ id: `${id}`, type: 'subscribe', payload: { query } })],
];

test.each(floods)(
  'pauses a client that sends %s and reads no answers, until it reads',
  async (_what, count, send) => {
    const raw = await RawLive.open(host);
    const server = accepted.at(-1);
    if (!server) throw new Error('Nothing was accepted.');
    const answered = new Promise<void>((resolve) => {
      let answers = 0;
      const answer = () => {
        answers += 1;
        if (answers === count) resolve();
      };
      raw.socket.on('message', (data) => String(data).includes('"type":"next"') || answer());
    });
    raw.socket.pause();
    for (let id = 0; id < count; id += 1) send(raw, id);
    await eventually(async () => server.isPaused());
    expect(server.writableLength).toBeGreaterThan(MAX_QUEUE_BYTES);
    expect(server.writableLength).toBeLessThan(MAX_QUEUE_BYTES + READ_SIZE);
    raw.socket.resume();
    await answered;
    raw.socket.close();
    await raw.closed;
  },
);
