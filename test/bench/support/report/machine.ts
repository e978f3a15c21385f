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
  system: `${type()} ${release().split('-')[0]}`,
  node: process.version,
  measuredOn: new Date().toISOString().slice(0, 10),
});

/** As in `4 cores of AMD EPYC, 16 GiB, Linux 6.1, Node v24.21.0, on 2026-11-28 (profile full)`. */
export const machineText = (
  { processor, cores, memoryGiB, system, node, measuredOn }: Machine,
  profile: string,
): string =>
  `${cores} cores of ${processor}, ${memoryGiB} GiB, ${system}, Node ${node}, on ${measuredOn} (profile ${profile})`;
