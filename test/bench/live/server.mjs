/** One peer in a process of its own, that counts what it costs. Answers each message of its parent with one. */
import { gateway, plain, raw } from './peers.mjs';

const peer = await { gateway, plain, raw }[process.argv[2]]();
function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const answers = {
  /** So many devices change; the gateway saves it. @returns microseconds of CPU. */
  async change({ events }) {
    const before = cpu();
    await peer.change(events);
    return cpu() - before;
  },
  /** Tells all subscribers. */
  tell: () => peer.tell(),
  /** Microseconds of CPU so far. */
  cpu,
  /** Bytes resident, garbage aside. */
  memory() {
    for (let round = 0; round < 5; round++) globalThis.gc();
    return process.memoryUsage().rss;
  },
  async close() {
    await peer.close?.();
    process.exit();
  },
};
process.on('message', async (message) => {
  const result = await answers[message.type](message);
  process.send({ result });
});
process.send({ result: { port: peer.port, token: peer.accessToken } });
