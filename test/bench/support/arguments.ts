import { parseArgs } from 'node:util';
import { rows as allRows } from '../rows/index.ts';
import type { Profile, Row } from './row.ts';

const profiles: Readonly<Record<string, Profile>> = {
  /** For a quiet machine: about a quarter of an hour. */
  full: { name: 'full', turns: 9, scale: 1 },
  /** For a first look. */
  quick: { name: 'quick', turns: 5, scale: 0.25 },
  /** Only shows that the rows work: their figures mean nothing. */
  smoke: { name: 'smoke', turns: 1, scale: 0.001 },
};

interface Arguments {
  readonly command: 'run' | 'list';
  readonly rows: readonly Row[];
  readonly profile: Profile;
  /** The folder for the results; null to print them only. */
  readonly out: string | null;
}

/** Reads the command line. An invalid one ends the process with a sentence. */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  if (positionals.includes('list')) {
    return { command: 'list', rows: allRows, profile: profile(values.profile), out: null };
  }
  return {
    command: 'run',
    rows: positionals.length === 0 ? allRows : positionals.map(rowNamed),
    profile: profile(values.profile),
    out: values.out ?? null,
  };
}

function parse(args: readonly string[]) {
  const options = { profile: { type: 'string', default: 'full' }, out: { type: 'string' } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const rowNamed = (name: string): Row =>
  allRows.find((row) => row.name === name) ??
  fail(`There is no row "${name}". The rows are ${allRows.map((row) => row.name).join(', ')}.`);

const profile = (name: string): Profile =>
  profiles[name] ?? fail(`--profile must be one of ${Object.keys(profiles).join(', ')}.`);

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
