import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ADMINISTRATOR } from '../../nodes/support/fleet.js';
import { signIn } from '../../nodes/support/fleet-api.js';
import { pick } from '../../nodes/support/scenarios.js';
import { databaseProcesses, embeddedDatabaseUrl, sendSignal } from '../../support/embedded-database.js';
import { openFolder, type Server, startServer } from '../../support/server.js';

/** Leftovers of uploads are swept once they are a day old. */
const TWO_DAYS_MS = 2 * 86_400_000;

/** Every code of an SMS. */
export const SMS_CODE = '246810';

/** The end of a database is noticed within this time. */
const RECOVERY_MS = 1000;

/** Processes of a unit, and the signal that they get. */
interface Target {
  readonly signal: 'SIGKILL' | 'SIGTERM';
  /** @param gateway its process id @param database the ids of its processes, the parent process first */
  select(gateway: number, database: readonly number[], random: () => number): readonly number[];
}

const children = ([, ...ids]: readonly number[]) => ids;

/** What ends, by what is said of it in the titles of tests. */
export const targets = {
  'the gateway is killed': { signal: 'SIGKILL', select: (gateway) => [gateway] },
  'the parent process of the database is killed': {
    signal: 'SIGKILL',
    select: (_gateway, database) => database.slice(0, 1),
  },
  'a process of the database is killed': {
    signal: 'SIGKILL',
    select: (_gateway, database, random) => [pick(children(database), random)],
  },
  'the database is killed': { signal: 'SIGKILL', select: (_gateway, database) => database },
  'the gateway and its database are killed': {
    signal: 'SIGKILL',
    select: (gateway, database) => [gateway, ...database],
  },
  'all processes are asked to end': {
    signal: 'SIGTERM',
    select: (gateway, database) => [gateway, ...database],
  },
} as const satisfies Record<string, Target>;
export type TargetName = keyof typeof targets;

/** How a gateway ended. */
export interface End {
  /** Null after SIGKILL. */
  readonly code: number | null;
  readonly errors: string;
}

/** A gateway with its embedded database, which is killed and started again. */
export class Installation {
  #server: Server | null = null;
  #host = '';

  private constructor(private readonly folder: string) {}

  static async create(): Promise<Installation> {
    const installation = new Installation(await openFolder());
    await installation.start();
    return installation;
  }

  /** `host:port` */
  get host(): string {
    return this.#host;
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  databaseUrl(): Promise<string> {
    return embeddedDatabaseUrl(this.dataDir);
  }

  async start(): Promise<void> {
    this.#server = startServer(this.#env);
    this.#host = new URL(await this.#server.url()).host;
  }

  /** An access token of the administrator. */
  async token(): Promise<string> {
    return (await signIn(this.#host)).token;
  }

  /** Runs a command beside the gateway. */
  command(args: readonly string[]): Server {
    return startServer(this.#env, ['dist/server/cli.js', ...args]);
  }

  /** Sends the signal, and waits until the gateway has ended. One that recovers is stopped then. */
  async end(name: TargetName, random: () => number): Promise<End> {
    const server = this.#server;
    if (!server) throw new Error('The gateway does not run.');
    const { signal, select } = targets[name];
    const database = await databaseProcesses(this.dataDir);
    for (const pid of select(server.child.pid ?? 0, database, random)) sendSignal(pid, signal);
    await Promise.race([server.ended, this.#recovered(server)]);
    server.child.kill('SIGTERM');
    const { code, errors } = await server.ended;
    this.#server = null;
    return { code, errors };
  }

  /** Lets all files of packages and uploads look older than the sweep at the next start requires. */
  async agePackages(): Promise<void> {
    const at = new Date(Date.now() - TWO_DAYS_MS);
    for (const path of await this.packageFiles()) await utimes(join(this.dataDir, path), at, at);
  }

  /** The paths below `dataDir` of all packages and uploads. */
  async packageFiles(): Promise<string[]> {
    const files: string[] = [];
    for (const folder of ['uploads', 'packages']) {
      const entries = await readdir(join(this.dataDir, folder), { recursive: true }).catch(() => []);
      files.push(
        ...entries.filter((name) => /\.part$|[\da-f]{64}$/.test(name)).map((name) => join(folder, name)),
      );
    }
    return files;
  }

  async remove(): Promise<void> {
    this.#server?.child.kill('SIGTERM');
    await this.#server?.ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  async #recovered({ child }: Server): Promise<void> {
    const isReady = async () => (await fetch(`http://${this.#host}/health/ready`)).ok;
    do await setTimeout(RECOVERY_MS);
    while (child.exitCode === null && !(await isReady().catch(() => false)));
  }

  get #env(): Record<string, string> {
    return {
      DATA_DIR: this.dataDir,
      ADMIN_ACCOUNT: ADMINISTRATOR.username,
      ADMIN_PASSWORD: ADMINISTRATOR.password,
      CAPTCHA_FIXED_CODE: SMS_CODE,
      CAPTCHAS_PER_ADDRESS: '1000000',
      REGISTRATIONS_PER_ADDRESS: '1000000',
      TRUST_PROXY: 'loopback',
    };
  }
}
