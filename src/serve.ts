import module from 'node:module';
import { homedir } from 'node:os';
import type { Environment } from './config.js';
import { StartError } from './errors.js';

/** Reports to the operator. */
export interface Reporter {
  /** Reports a line of the start. */
  info(line: string): void;
  /** Reports why the process ends, and ends it. */
  fatal(error: unknown): never;
}

/** Writes lines of text. A StartError is one sentence; any other error is a fault and is written with its stack. */
export const textReporter: Reporter = {
  info: (line) => process.stdout.write(`${line}\n`),
  fatal(error) {
    const fault = error instanceof Error ? error.stack : error;
    process.stderr.write(`${error instanceof StartError ? error.message : fault}\n`);
    process.exit(1);
  },
};

/**
 * Starts the gateway with these settings. A signal stops it and ends the process.
 * @returns once it listens.
 */
export async function serve(env: Environment, reporter: Reporter): Promise<void> {
  // For our own code only: reading the source maps of every library would take longer than the rest of the start.
  module.setSourceMapsSupport(true, { nodeModules: false });
  let stopping = false;
  try {
    // Source maps apply to modules that are imported after they were enabled.
    const { readConfig } = await import('./config.js');
    const config = readConfig(env);
    requireHome();
    await import('reflect-metadata');
    const { start } = await import('./start.js');
    const gateway = start(config, reporter.info);
    const stop = (end: (closed: Promise<void>) => unknown) => {
      if (stopping) return;
      stopping = true;
      end(gateway.close());
    };
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) {
      process.on(signal, () => stop((closed) => closed.then(() => process.exit(0), reporter.fatal)));
    }
    gateway.failed.then((reason) =>
      stop((closed) => closed.finally(() => reporter.fatal(new StartError(reason)))),
    );
    const message = await gateway.started;
    if (!stopping) reporter.info(message);
  } catch (error) {
    // A start that a signal interrupts may fail anywhere.
    if (!stopping) reporter.fatal(error);
  }
}

/** @throws StartError for a user without a home folder, which the library that draws captchas looks for. */
function requireHome(): void {
  try {
    homedir();
  } catch {
    throw new StartError(`The user id ${process.getuid?.()} has no home folder: set HOME to any folder.`);
  }
}
