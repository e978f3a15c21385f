/** One peer in a process of its own. Answers each message of the parent process with one. */
import { gateway, plain, raw } from './peers.mjs';

const peer = await { gateway, plain, raw }[process.argv[2]]();
function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const answers = {
  /** Changes some devices; the gateway saves them. @returns microseconds of CPU. */
  async change({ events }) {
    const before = cpu();
    await peer.change(events);
    return cpu() - before;
  },
  /** Sends the changes to all subscribers. */
  publish: () => peer.publish(),
  /** Microseconds of CPU so far. */
  cpu,
  /** Resident bytes after garbage collection. */
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
