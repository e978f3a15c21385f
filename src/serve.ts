import module from 'node:module';
import type { GivenSettings } from './config.js';
import { StartError } from './errors.js';

/** Where a gateway says what becomes of it. */
export interface Outlet {
  /** A line for the operator. */
  tell(line: string): void;
  /** Says why it ends, and ends the process. */
  fail(error: unknown): never;
}

/** As people read it. A reason not to start is one sentence; anything else is a fault and is shown whole. */
export const inWords: Outlet = {
  tell: (line) => process.stdout.write(`${line}\n`),
  fail(error) {
    const fault = error instanceof Error ? error.stack : error;
    process.stderr.write(`${error instanceof StartError ? error.message : fault}\n`);
    process.exit(1);
  },
};

/** Runs the gateway of these settings until a signal, which ends the process; it is there once this resolves. */
export async function serve(env: GivenSettings, outlet: Outlet): Promise<void> {
  // Of our own code alone: to read the maps of every library would take longer than all else.
  module.setSourceMapsSupport(true, { nodeModules: false });
  let stopping = false;
  try {
    // Only now, so that they are mapped too.
    const { readConfig } = await import('./config.js');
    const config = readConfig(env);
    await import('reflect-metadata');
    const { start } = await import('./app.js');
    const gateway = start(config, outlet.tell);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (stopping) return;
        stopping = true;
        gateway.close().then(() => process.exit(0), outlet.fail);
      });
    }
    gateway.lost.then((sentence) => {
      if (stopping) return;
      stopping = true;
      // Whoever watches over us starts us anew.
      gateway.close().finally(() => outlet.fail(new StartError(sentence)));
    });
    const greeting = await gateway.greeting;
    if (!stopping) outlet.tell(greeting);
  } catch (error) {
    // A start that is cut short fails somewhere, and nobody asks where.
    if (!stopping) outlet.fail(error);
  }
}
