import { readConfig } from './config.js';
import { StartError } from './errors.js';

const OLDEST_NODE = [22, 17] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  fail(
    `Gatehouse needs Node ${OLDEST_NODE.join('.')} or newer, and this is ${process.versions.node}: run npm ci, which brings one, or install it.`,
  );
}

try {
  const config = readConfig(process.env);
  // Only now: on an older Node the libraries would fail first, with less to say.
  await import('reflect-metadata');
  const { start } = await import('./app.js');
  let stopping = false;
  const starting = start(config);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      starting.then((gateway) => gateway.close()).then(() => process.exit(0), stopped);
    });
  }
  const gateway = await starting;
  process.stdout.write(`${gateway.greeting}\n`);
} catch (error) {
  stopped(error);
}

/** A reason not to start is one sentence; anything else is a fault and is shown whole. */
function stopped(error: unknown): never {
  if (error instanceof StartError) fail(error.message);
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
