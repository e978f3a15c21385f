import { extname } from 'node:path';
import { Command, Option } from 'commander';
import type { Environment } from '../../config.js';
import { ExitCode, UsageError } from '../failures.js';
import { openInputFile } from '../input-file.js';
import { Output } from '../terminal/output.js';
import { startProgress } from '../terminal/progress.js';
import { withServices } from '../with-services.js';
import { type Format, type ImportCounts, importRecords } from './import-records.js';
import { RejectedLines } from './rejected-lines.js';

const formatsByExtension: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
};

interface ImportOptions {
  readonly format?: Format;
  readonly encoding?: string;
  readonly errors?: string;
}

const HELP = `
CSV: the first line names the fields, separated by commas, semicolons or tabs. An empty cell is an absent field. Role
codes are separated by |.
  username,phone,name,password.scheme,password.salt,password.hash,roles
  alice,13954969056,Alice,md5-salt-first,NaCl$,9f86d081884c7d659a2feaa0c55ad015,MEMBER|PUBLISHER

JSON Lines: one object per line.
  {"username":"bob","password":{"scheme":"bcrypt","hash":"$2b$10$…"},"roles":[{"code":"GYSBOSS","name":"…"}]}

Password schemes: bcrypt, pbkdf2-sha1 (10,000 rounds, 24 bytes), md5-salt-first, md5-salt-last. The owner's next
login replaces the old hash. Unknown roles are created without permissions.

A username may be digits, and is never read as a phone. A phone has 6 to 15 digits, with the country code unless it
is +86; 13911113333.0 and 1.39E+10 are rejected.

An import changes no account, and can be repeated: a line exists already if an account has its username and phone, and
no other id, userCode, openId or name. A line that shares a name, an id or a userCode with another account, or with an
earlier line, is a conflict. Rejected lines are reported with their number, the field and the reason, and the import
continues; the exit code is then 3.

Examples:
  $ gatehouse user import people.csv --errors rejected.txt
  $ zcat people.jsonl.gz | gatehouse user import - --format jsonl --json`;

/** `gatehouse user import` */
export const importCommand = (env: Environment) =>
  new Command('import')
    .summary('import accounts of another system')
    .description('Import accounts of another system with their password hashes, from a file of any size.')
    .argument('<file>', 'CSV or JSON Lines; - is standard input')
    .addOption(
      new Option('--format <format>', 'format of the file; by default from its extension').choices([
        'csv',
        'jsonl',
      ]),
    )
    .option('--encoding <name>', 'utf-8 (the default), gbk, gb18030, big5 or latin1')
    .option('--errors <file>', 'write rejected lines to this file instead of standard error')
    .addHelpText('after', HELP)
    .action(async (file: string, options: ImportOptions, command: Command) => {
      const output = Output.of(command);
      const format = options.format ?? formatsByExtension[extname(file).toLowerCase()];
      if (!format) throw new UsageError('Use --format to say whether the file is csv or jsonl.');
      const input = await openInputFile(file);
      const rejectedLines = await RejectedLines.open(options.errors, file, output.json);
      const progress = startProgress('Importing', input.size);
      try {
        const counts = await withServices(env, (context) =>
          importRecords(input, { ...options, format }, context, { rejectedLines, progress }),
        );
        progress.stop();
        output.result(counts, summary(counts));
        if (counts.rejected > 0) process.exitCode = ExitCode.rejectedLines;
      } finally {
        progress.stop();
        await rejectedLines.close();
      }
    });

function summary({ created, existing, rejected }: ImportCounts): string {
  const accounts = created === 1 ? 'account' : 'accounts';
  const lines = rejected === 1 ? 'line' : 'lines';
  return `Created ${created} ${accounts}, ${existing} already existed, rejected ${rejected} ${lines}.`;
}
