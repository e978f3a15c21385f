import { cpus, release, totalmem, type } from 'node:os';

/** Where figures were measured: costs on other machines differ, their ratios less so. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** The date, as in `2026-11-28`. */
  readonly measuredOn: string;
}

export const machine = (): Machine => ({
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
  system: `${type()} ${release()}`,
  node: process.version,
  measuredOn: new Date().toISOString().slice(0, 10),
});
