/** `npm run bench`: see docs/performance.md. */
import { curveRows } from './curves/index.ts';
import { rows } from './rows/index.ts';
import { parseArguments } from './support/arguments.ts';
import { evaluate } from './support/report/figure.ts';
import { machine } from './support/report/machine.ts';
import { curveText, figureText } from './support/report/report.ts';
import { type Measured, saveResults, writeResults } from './support/report/results.ts';
import type { Bench } from './support/row.ts';
import { Cluster } from './support/servers/cluster.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

const work = [
  ...rows.map(({ name, description, measure }) => ({
    name,
    description,
    run: async (bench: Bench) => ({ figures: (await measure(bench)).map(evaluate), curves: [] }),
  })),
  ...curveRows.map(({ name, description, trace }) => ({
    name,
    description,
    run: async (bench: Bench) => ({ figures: [], curves: await trace(bench) }),
  })),
];

const { command, names, profile, out, save } = parseArguments(process.argv.slice(2), {
  rows: rows.map(({ name }) => name),
  curves: curveRows.map(({ name }) => name),
});
if (command === 'list') {
  for (const { name, description } of work) print(`${name.padEnd(14)} ${description}`);
} else {
  const results: Record<string, Measured> = {};
  await using cluster = await Cluster.start();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      await cluster[Symbol.asyncDispose]();
      process.exit(1);
    });
  }
  for (const { name, description, run } of work.filter((each) => names.includes(each.name))) {
    print(`${name}: ${description}`);
    const { figures, curves } = await run({ cluster, profile });
    for (const figure of figures) print(figureText(figure));
    for (const curve of curves) print(curveText(curve));
    results[name] = { machine: machine(), profile: profile.name, figures, curves };
    // After each row, so that a run that is interrupted keeps what it has measured.
    if (out !== null) await writeResults(out, results);
    if (save)
      await saveResults(
        results,
        work.map((each) => each.name),
      );
  }
}
