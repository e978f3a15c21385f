import { readdirSync, readFileSync } from 'node:fs';
import { withClient } from '../../../support/database.ts';

/** Linux counts in hundredths of a second. */
const TICK_US = 10_000;

/** Tells the CPU of all processes of a PostgreSQL server, on Linux. */
export class PostgresCpu {
  readonly #postmaster: number;

  private constructor(postmaster: number) {
    this.#postmaster = postmaster;
  }

  /** @param url of any database of the server, which runs on this machine. */
  static async of(url: string): Promise<PostgresCpu> {
    const backend = await withClient(url, async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      return parentOf(rows[0]?.pid ?? 0);
    });
    return new PostgresCpu(backend);
  }

  /** Microseconds so far, those of processes that have ended included. */
  read(): number {
    const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
    const children = pids.filter((pid) => parentOf(pid) === this.#postmaster);
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = timesOf(this.#postmaster);
    const running = children.flatMap((pid) => timesOf(pid).slice(0, 2));
    return TICK_US * (user + system + endedUser + endedSystem + running.reduce((sum, time) => sum + time, 0));
  }
}

/** The fields of `/proc/PID/stat` after the name, which may contain spaces; none for a process that has ended. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

const parentOf = (pid: number): number => Number(statOf(pid)[1]);

/** User and system time of the process, then of its children that have ended, in ticks. */
const timesOf = (pid: number): number[] => statOf(pid).slice(11, 15).map(Number);
