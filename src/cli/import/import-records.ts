import { DomainError } from '../../errors.js';
import type { InputFile } from '../input-file.js';
import type { Progress } from '../terminal/progress.js';
import type { CommandContext } from '../with-services.js';
import { type FileRecord, jsonRecords } from './json-records.js';
import { readLines } from './read-lines.js';
import type { RejectedLine, RejectedLines } from './rejected-lines.js';

/** Accounts per transaction. A larger batch is no faster and makes concurrent logins wait longer. */
const BATCH_SIZE = 500;

export type Format = 'csv' | 'jsonl';

/** How a file is written. */
export interface FileFormat {
  readonly format: Format;
  /** A name of a charset, such as `gbk`. */
  readonly encoding?: string;
}

/** The records of an import by their outcome. */
export interface ImportCounts {
  created: number;
  existing: number;
  rejected: number;
}

/** Imports a file of any size in batches. Each batch is one transaction. */
export async function importRecords(
  { stream }: InputFile,
  { format, encoding }: FileFormat,
  { services, actor }: CommandContext,
  { rejectedLines, progress }: { rejectedLines: RejectedLines; progress: Progress },
): Promise<ImportCounts> {
  const counts: ImportCounts = { created: 0, existing: 0, rejected: 0 };
  let bytes = 0;
  let lastLine = 0;
  const lines = readLines(
    countBytes(stream, (length) => (bytes += length)),
    encoding,
  );
  const fileImport = services.userImport.start(actor);
  try {
    for await (const batch of batches(await readRecords(lines, format))) {
      const readable = batch.filter((record) => 'value' in record);
      const outcomes = (await fileImport.importMany(readable)).values();
      const rejected: RejectedLine[] = [];
      for (const record of batch) {
        const outcome = 'value' in record ? outcomes.next().value : undefined;
        if (!outcome || outcome instanceof DomainError) rejected.push(toRejectedLine(record, outcome));
        else if (outcome.status === 'created') counts.created += 1;
        else counts.existing += 1;
      }
      counts.rejected += rejected.length;
      lastLine = batch.at(-1)?.line ?? lastLine;
      await rejectedLines.write(rejected, progress.log);
      const { created, existing } = counts;
      progress.update(bytes, `${created} created, ${existing} existing, ${counts.rejected} rejected`);
    }
  } catch (error) {
    if (lastLine > 0)
      progress.log(`Processed the file up to line ${lastLine}. Repeat the command to import the rest.`);
    throw error;
  }
  return counts;
}

async function readRecords(lines: ReturnType<typeof readLines>, format: Format) {
  if (format === 'jsonl') return jsonRecords(lines);
  const { csvRecords } = await import('./csv-records.js');
  return csvRecords(lines);
}

function toRejectedLine(record: FileRecord, outcome: DomainError | undefined): RejectedLine {
  const { line } = record;
  if (!outcome) return { line, code: 'MALFORMED', message: 'error' in record ? record.error : '' };
  const { code, message, details } = outcome;
  return { line, code, ...(details.field ? { field: details.field } : {}), message };
}

async function* countBytes(stream: AsyncIterable<Buffer>, count: (length: number) => void) {
  for await (const chunk of stream) {
    count(chunk.length);
    yield chunk;
  }
}

async function* batches(records: AsyncIterable<FileRecord>): AsyncGenerator<FileRecord[]> {
  let batch: FileRecord[] = [];
  for await (const record of records) {
    batch.push(record);
    if (batch.length < BATCH_SIZE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
