import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { StartError } from './errors.js';
import { complaintAboutNode } from './node-version.js';

const complaint = complaintAboutNode();
if (complaint) fail(complaint);

// Of our own code alone: to read the maps of every library would take longer than all else.
module.setSourceMapsSupport(true, { nodeModules: false });
module.enableCompileCache(fileURLToPath(new URL('compile-cache', import.meta.url)));

let stopping = false;
try {
  // Only now: on an older Node the libraries would fail first, with less to say.
  const { readConfig } = await import('./config.js');
  const config = readConfig(process.env);
  await import('reflect-metadata');
  const { start } = await import('./app.js');
  const gateway = start(config);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      gateway.close().then(() => process.exit(0), stopped);
    });
  }
  gateway.lost.then((sentence) => {
    if (stopping) return;
    stopping = true;
    // Whoever watches over us starts us anew.
    gateway.close().finally(() => fail(sentence));
  });
  const greeting = await gateway.greeting;
  if (!stopping) process.stdout.write(`${greeting}\n`);
  // Node's own time for it is the end of the process, which may be a sudden one.
  module.flushCompileCache();
} catch (error) {
  // A start that is cut short fails somewhere, and nobody asks where.
  if (!stopping) stopped(error);
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
