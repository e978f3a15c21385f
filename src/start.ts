import { setTimeout } from 'node:timers/promises';
import type { Callbacks } from './app.js';
import type { Config } from './config.js';
import { openDataFolder } from './data-dir/data-dir.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from './database/embedded-postgres/embedded-postgres.js';
import { reasonOf } from './database/reason.js';
import { unavailableDatabase } from './database/unavailable.js';
import { StartError } from './errors.js';

/** How long `close` waits for a start that is under way, before it stops what was started. */
const START_GRACE_MS = 2000;

/** Within this time, a signal reaches all processes of a unit. */
const SIGNAL_GRACE_MS = 500;

/** A gateway that is starting or running. */
export interface Gateway {
  /**
   * Resolves with the message for the operator once the gateway listens. Rejects, with a StartError where one sentence
   * says why, after everything that was started has been stopped.
   */
  readonly started: Promise<string>;
  /** Resolves with a sentence when the gateway can serve no longer: close it, and restart it. */
  readonly failed: Promise<string>;
  /** Drains and stops everything that was started, in reverse order; also during the start. */
  close(): Promise<void>;
}

/**
 * Starts everything: the embedded database, and the gateway on it.
 * @param info receives what the operator should know besides the log.
 */
export function start(config: Config, info: (line: string) => void): Gateway {
  const resources = new AsyncDisposableStack();
  let disposal: Promise<void> | undefined;
  const dispose = () => {
    disposal ??= resources.disposeAsync();
    return disposal;
  };
  const failed = Promise.withResolvers<string>();
  let isClosing = false;
  const report = (line: string) => {
    if (!isClosing) info(line);
  };
  const opening = open(config, resources, { info: report, onFatal: failed.resolve });
  return {
    started: opening.catch(async (error: unknown) => {
      await dispose();
      throw startError(error);
    }),
    failed: failed.promise,
    async close() {
      isClosing = true;
      await Promise.race([Promise.allSettled([opening]), setTimeout(START_GRACE_MS)]);
      await dispose();
    },
  };
}

/** A fault of the database as the sentence of a start that fails; any other error as it is. */
function startError(error: unknown): unknown {
  if (unavailableDatabase(error) === error) return error;
  return new StartError(`The database failed during the start: ${reasonOf(error)}.`);
}

async function open(config: Config, resources: AsyncDisposableStack, callbacks: Callbacks): Promise<string> {
  await openDataFolder(config.DATA_DIR);
  const own = config.DATABASE_URL ? null : await startOwnDatabase(config, resources, callbacks);
  // Loaded now, because PostgreSQL starts meanwhile.
  const { openApp } = await import('./app.js');
  return openApp(config, resources, callbacks, own?.starting ?? null);
}

/**
 * Starts the embedded PostgreSQL of the data folder.
 * @returns once its programs run, which this process only has to wait for then.
 */
async function startOwnDatabase(
  { DATA_DIR: dataDir }: Config,
  resources: AsyncDisposableStack,
  { info, onFatal }: Callbacks,
): Promise<{ starting: Promise<EmbeddedPostgres> }> {
  const abort = new AbortController();
  const launched = Promise.withResolvers<void>();
  const starting = startEmbeddedPostgres({
    dataDir,
    onFatal,
    // A signal to all processes of a unit stops the gateway, too, and is no failure.
    onExit: (sentence) => globalThis.setTimeout(info, SIGNAL_GRACE_MS, sentence),
    onLaunch: launched.resolve,
    onWait: info,
    signal: abort.signal,
  });
  resources.defer(async () => {
    abort.abort();
    const [started] = await Promise.allSettled([starting]);
    if (started.status === 'fulfilled') await started.value.stop();
  });
  await Promise.race([launched.promise, starting]);
  return { starting };
}
