/** `npm run bench`: see docs/performance.md. */
import { parseArguments } from './support/arguments.ts';
import { Cluster } from './support/cluster.ts';
import { evaluate, type Result } from './support/figure.ts';
import { machine } from './support/machine.ts';
import { figureText } from './support/report.ts';
import { saveResults } from './support/results.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

const { command, rows, profile, out } = parseArguments(process.argv.slice(2));
if (command === 'list') {
  for (const { name, description } of rows) print(`${name.padEnd(12)} ${description}`);
} else {
  await using cluster = await Cluster.start();
  const results: Record<string, Result[]> = {};
  for (const row of rows) {
    print(`${row.name}: ${row.description}`);
    const figures = (await row.measure({ cluster, profile })).map(evaluate);
    for (const figure of figures) print(figureText(figure));
    results[row.name] = figures;
  }
  if (out !== null) await saveResults(out, { machine: machine(), profile: profile.name, results });
}
