/**
 * What live costs, side by side: server CPU per message of one `deviceStatus` event to a thousand subscribers, and
 * memory of an idle subscriber. Servers and subscribers are processes of their own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';

const SUBSCRIBERS = 1000;
const IDLE = 5000;
const WARM_UP = 40;
const ROUNDS = 100;

function start(file, ...args) {
  const path = new URL(file, import.meta.url).pathname;
  const child = fork(path, args, {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('exit', (code) => {
    if (code) throw new Error(`${file} ${args} ended with ${code}.`);
  });
  const answer = async () => {
    const [{ result }] = await once(child, 'message');
    return result;
  };
  return {
    child,
    answer,
    ask(type, message = {}) {
      child.send({ type, ...message });
      return answer();
    },
  };
}

async function withPeer(name, work) {
  const server = start('./server.mjs', name);
  const address = await server.answer();
  const clients = start('./clients.mjs');
  try {
    return await work(server, (count) => clients.ask('subscribe', { count, ...address }), clients);
  } finally {
    clients.child.kill();
    server.child.send({ type: 'close' });
    await once(server.child, 'exit').catch(() => {});
    server.child.kill();
  }
}

/** Microseconds of the server's CPU for each message, at `events` in each tick. */
async function cpuPerMessage(name, events) {
  return withPeer(name, async (server, subscribe, clients) => {
    await subscribe(SUBSCRIBERS);
    const rounds = async (count) => {
      for (let round = 0; round < count; round++) {
        const all = clients.ask('receive', { count: events * SUBSCRIBERS });
        await server.ask('tell', { events });
        await all;
      }
    };
    await rounds(WARM_UP);
    const before = await server.ask('cpu');
    await rounds(ROUNDS);
    return ((await server.ask('cpu')) - before) / (ROUNDS * events * SUBSCRIBERS);
  });
}

/** Bytes that one more idle subscriber costs. */
async function idleSlope(name) {
  return withPeer(name, async (server, subscribe) => {
    await subscribe(1000);
    const before = await server.ask('memory');
    await subscribe(IDLE - 1000);
    return ((await server.ask('memory')) - before) / (IDLE - 1000);
  });
}

const print = (line) => process.stdout.write(`${line}\n`);
const NAMES = { raw: 'raw ws, distinct frames', plain: 'plain graphql-ws', gateway: 'Gatehouse' };

print(`deviceStatus to ${SUBSCRIBERS} subscribers, server CPU per message`);
for (const [events, target] of [
  [1, 0.9],
  [10, 0.25],
]) {
  const costs = {};
  for (const name of Object.keys(NAMES)) costs[name] = await cpuPerMessage(name, events);
  for (const [name, cost] of Object.entries(costs)) {
    const ratio = `${(cost / costs.raw).toFixed(2)} × raw ws`;
    const wanted = name === 'gateway' ? `, target ≤ ${target}` : '';
    print(
      `  ${events} per tick  ${NAMES[name].padEnd(24)} ${cost.toFixed(2).padStart(7)} µs  ${ratio}${wanted}`,
    );
  }
}
print(`idle subscriber, slope of resident memory up to ${IDLE}`);
for (const [name, label] of Object.entries(NAMES)) {
  const kib = (await idleSlope(name)) / 1024;
  print(
    `  ${label.padEnd(24)} ${kib.toFixed(1).padStart(7)} KiB${name === 'gateway' ? ', target ≤ 12' : ''}`,
  );
}
