import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chart } from './chart.ts';
import type { Curve } from './curve.ts';
import type { Result } from './figure.ts';
import { type Machine, machineText } from './machine.ts';
import { curveTable, figureTable } from './tables.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const DOCUMENT = join(root, 'docs/performance.md');
const BIOME = join(root, 'node_modules/@biomejs/biome/bin/biome');
const SAVED = join(root, 'test/bench/results');
const [START, END] = ['<!-- results: written by npm run bench -- --save -->', '<!-- end of results -->'];

/** What one row or curve measured. */
export interface Measured {
  readonly machine: Machine;
  readonly profile: string;
  readonly figures: readonly Result[];
  readonly curves: readonly Curve[];
}

/** The content of `results.json`: by the name of the row. */
export type Results = Readonly<Record<string, Measured>>;

/** Adds results to `results.json` in a folder. Those of other rows stay. @returns all. */
export async function writeResults(folder: string, results: Results): Promise<Results> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'results.json');
  const before: Results = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {};
  const all = { ...before, ...results };
  await writeFile(file, `${JSON.stringify(all, null, 2)}\n`);
  return all;
}

/** Keeps results in the repository, with the table and the charts of docs/performance.md. */
export async function saveResults(results: Results, order: readonly string[]): Promise<void> {
  const all = await writeResults(SAVED, results);
  const measured = order.flatMap((name) => all[name] ?? []);
  for (const curve of measured.flatMap(({ curves }) => curves)) {
    await writeFile(join(root, 'docs', chartFile(curve)), chart(curve));
  }
  const document = await readFile(DOCUMENT, 'utf8');
  const before = document.slice(0, document.indexOf(START) + START.length);
  const after = document.slice(document.indexOf(END));
  await writeFile(DOCUMENT, `${before}\n\n${resultsText(measured)}\n\n${after}`);
  // It aligns the columns of the tables.
  await promisify(execFile)(process.execPath, [BIOME, 'format', '--write', DOCUMENT], { cwd: root });
}

const chartFile = ({ name }: Curve) => `images/curve-${name}.svg`;

function resultsText(measured: readonly Measured[]): string {
  const machines = [...new Set(measured.map((row) => machineText(row.machine, row.profile)))].map(
    (text) => `Measured on ${text}.`,
  );
  const figures = measured.flatMap((row) => row.figures);
  const curves = measured.flatMap((row) => row.curves);
  const charts = curves.map(
    (curve) => `### ${curve.title}\n\n![${curve.title}](${chartFile(curve)})\n\n${curveTable(curve)}`,
  );
  return [...machines, figureTable(figures), ...charts].join('\n\n');
}
