import { parseArgs } from 'node:util';
import type { Profile } from './row.ts';

const profiles: Readonly<Record<string, Profile>> = {
  /** For a quiet machine. */
  full: { name: 'full', turns: 9, scale: 1 },
  /** For a first look. */
  quick: { name: 'quick', turns: 5, scale: 0.25 },
  /** Only shows that everything works: the figures mean nothing. */
  smoke: { name: 'smoke', turns: 1, scale: 0.001 },
};

interface Arguments {
  readonly command: 'run' | 'list';
  /** Of the rows and curves to run. */
  readonly names: readonly string[];
  readonly profile: Profile;
  /** The folder for the results; null to print them only. */
  readonly out: string | null;
  /** Whether to write the results into the repository. */
  readonly save: boolean;
}

/** The names of what can be run. */
interface Names {
  readonly rows: readonly string[];
  readonly curves: readonly string[];
}

/** Reads the command line; by default, all rows run. An invalid one ends the process with a sentence. */
export function parseArguments(args: readonly string[], known: Names): Arguments {
  const { values, positionals } = parse(args);
  const { out = null, save } = values;
  const profile =
    profiles[values.profile] ?? fail(`--profile must be one of ${listed(Object.keys(profiles))}.`);
  const names = positionals.filter((name) => name !== 'list').flatMap((name) => namesOf(name, known));
  return {
    command: positionals.includes('list') ? 'list' : 'run',
    names: names.length === 0 ? known.rows : names,
    profile,
    out,
    save,
  };
}

function parse(args: readonly string[]) {
  const options = {
    profile: { type: 'string', default: 'full' },
    out: { type: 'string' },
    save: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function namesOf(name: string, { rows, curves }: Names): readonly string[] {
  if (name === 'curves') return curves;
  if ([...rows, ...curves].includes(name)) return [name];
  return fail(`There is no row "${name}": use ${listed([...rows, 'curves', ...curves])}.`);
}

const listed = (names: readonly string[]): string => names.join(', ');

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
