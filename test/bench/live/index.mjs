/**
 * The live API side by side with its peers: server CPU per message of a `deviceStatus` event to a thousand
 * subscribers, and memory of an idle subscriber. Servers and subscribers are processes of their own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';

const SUBSCRIBERS = 1000;
const IDLE = 5000;
const IDLE_BEFORE = 4000;
/** Rounds before the measurement, until the code has been compiled. */
const WARM_UP = 200;
const TURNS = 7;
const ROUNDS = 40;
const NAMES = { raw: 'raw ws, distinct frames', plain: 'plain graphql-ws', gateway: 'Gatehouse' };

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

async function startPeer(name) {
  const server = start('./server.mjs', name);
  const address = await server.answer();
  const clients = start('./clients.mjs');
  return {
    name,
    server,
    clients,
    subscribe: (count) => clients.ask('subscribe', { count, ...address }),
    async stop() {
      clients.child.kill();
      server.child.send({ type: 'close' });
      await once(server.child, 'exit');
    },
  };
}

/**
 * Measures the server over some rounds of some events.
 * @returns microseconds of CPU to send a message, and to detect and save an event, which the peers do not do.
 */
async function measure({ server, clients }, events, rounds) {
  const before = await server.ask('cpu');
  let saving = 0;
  for (let round = 0; round < rounds; round++) {
    saving += await server.ask('change', { events });
    const all = clients.ask('receive', { count: events * SUBSCRIBERS });
    await server.ask('publish');
    await all;
  }
  const sending = (await server.ask('cpu')) - before - saving;
  return { message: sending / (rounds * events * SUBSCRIBERS), event: saving / (rounds * events) };
}

/** The peers take turns, so that interference affects all alike; the median turn counts. */
async function compareCpu(events) {
  const peers = await Promise.all(Object.keys(NAMES).map(startPeer));
  for (const peer of peers) {
    await peer.subscribe(SUBSCRIBERS);
    await measure(peer, events, WARM_UP);
  }
  const turns = new Map(peers.map((peer) => [peer.name, []]));
  for (let turn = 0; turn < TURNS; turn++) {
    for (const peer of peers) turns.get(peer.name).push(await measure(peer, events, ROUNDS));
  }
  await Promise.all(peers.map((peer) => peer.stop()));
  return [...turns].map(([name, costs]) => ({
    name,
    message: median(costs.map(({ message }) => message)),
    event: median(costs.map(({ event }) => event)),
  }));
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Bytes of one more idle subscriber, once the process has grown to its working size. */
async function idleSlope(name) {
  const peer = await startPeer(name);
  await peer.subscribe(IDLE_BEFORE);
  const before = await peer.server.ask('memory');
  await peer.subscribe(IDLE);
  const after = await peer.server.ask('memory');
  await peer.stop();
  return (after - before) / IDLE;
}

const print = (line) => process.stdout.write(`${line}\n`);

print(`deviceStatus to ${SUBSCRIBERS} subscribers, server CPU per message`);
for (const [events, target] of [
  [1, 0.95],
  [10, 0.15],
]) {
  const costs = await compareCpu(events);
  const raw = costs.find(({ name }) => name === 'raw');
  for (const { name, message, event } of costs) {
    const ratio = `${(message / raw.message).toFixed(2)} × raw ws`;
    const wanted =
      name === 'gateway' ? `, target ≤ ${target}; each event is saved once for ${event.toFixed(0)} µs` : '';
    print(
      `  ${events} per tick  ${NAMES[name].padEnd(24)} ${message.toFixed(2).padStart(7)} µs  ${ratio}${wanted}`,
    );
  }
}
print(`idle subscriber, slope of resident memory over ${IDLE}`);
for (const [name, label] of Object.entries(NAMES)) {
  const kib = (await idleSlope(name)) / 1024;
  print(
    `  ${label.padEnd(24)} ${kib.toFixed(1).padStart(7)} KiB${name === 'gateway' ? ', target ≤ 10.9' : ''}`,
  );
}
