import { extname } from 'node:path';
import { Command, Option } from 'commander';
import type { GivenSettings } from '../config.js';
import { ExitCode, UsageError } from './failures.js';
import { type Format, type ImportCounts, importRecords } from './import-records.js';
import { openInputFile } from './input-file.js';
import { Output } from './output.js';
import { startProgress } from './progress.js';
import { RejectedLines } from './rejected-lines.js';
import { withServices } from './with-services.js';

const formats: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
};

interface ImportOptions {
  readonly format?: Format;
  readonly errors?: string;
}

const FORMATS = `
CSV: the first line names the fields; an empty field is an absent one; roles are codes with | between them.
  username,phone,name,password.scheme,password.salt,password.hash,roles
  alice,13954969056,Alice,md5-salt-first,NaCl$,9f86d081884c7d659a2feaa0c55ad015,MEMBER|PUBLISHER

JSON Lines: an object in each line.
  {"username":"bob","password":{"scheme":"bcrypt","hash":"$2b$10$…"},"roles":[{"code":"GYSBOSS","name":"…"}]}

Password schemes: bcrypt, pbkdf2-sha1 (10,000 rounds, 24 bytes), md5-salt-first, md5-salt-last. An owner's next
login replaces the old hash. Roles that are not known yet are made, and allow nothing.

An account that has one of its names already is left as it is, so an import can be repeated. A line that is
refused is told with its number and the reason, and the others go in: the exit code is then 3.

Examples:
  $ gatehouse user import people.csv --errors refused.txt
  $ zcat people.jsonl.gz | gatehouse user import - --format jsonl --json`;

export const importCommand = (env: GivenSettings) =>
  new Command('import')
    .summary('take over accounts of another system')
    .description('Takes over accounts of another system with their password hashes, from a file of any size.')
    .argument('<file>', 'CSV or JSON Lines, in UTF-8; - is standard input')
    .addOption(
      new Option('--format <format>', 'unless the name of the file says it').choices(['csv', 'jsonl']),
    )
    .option('--errors <file>', 'write the refused lines there instead of standard error')
    .addHelpText('after', FORMATS)
    .action(async (file: string, options: ImportOptions, command: Command) => {
      const output = Output.of(command);
      const format = options.format ?? formats[extname(file).toLowerCase()];
      if (!format) throw new UsageError('Say with --format whether the file is csv or jsonl.');
      const source = await openInputFile(file);
      const refusals = await RejectedLines.open(options.errors, file, output.json);
      const progress = startProgress('Importing', source.size);
      try {
        const counts = await withServices(env, (workplace) =>
          importRecords(source, format, workplace, { refusals, progress }),
        );
        progress.stop();
        output.outcome(counts, summary(counts));
        if (counts.refused > 0) process.exitCode = ExitCode.refusedLines;
      } finally {
        progress.stop();
        await refusals.close();
      }
    });

function summary({ created, existing, refused }: ImportCounts): string {
  const were = (count: number) => (count === 1 ? 'was' : 'were');
  const accounts = created === 1 ? 'account' : 'accounts';
  const lines = refused === 1 ? 'line' : 'lines';
  return `Created ${created} ${accounts}; ${existing} ${were(existing)} there already; ${refused} ${lines} ${were(refused)} refused.`;
}
