import type { InputFile } from './input-file.js';
import { type FileRecord, jsonRecords } from './json-records.js';
import type { Progress } from './progress.js';
import { readLines } from './read-lines.js';
import type { RejectedLine, RejectedLines } from './rejected-lines.js';
import type { CommandContext } from './with-services.js';

/** Accounts of one transaction: more would not be faster, and keep the people who log in meanwhile waiting. */
const BATCH = 500;

export type Format = 'csv' | 'jsonl';

/** What became of the records. */
export interface ImportCounts {
  created: number;
  existing: number;
  refused: number;
}

/** Imports a file batch by batch, each wholly or not at all; so no file is too large. */
export async function importRecords(
  { stream }: InputFile,
  format: Format,
  { services, actor }: CommandContext,
  { refusals, progress }: { refusals: RejectedLines; progress: Progress },
): Promise<ImportCounts> {
  const counts: ImportCounts = { created: 0, existing: 0, refused: 0 };
  let bytes = 0;
  let taken = 0;
  const lines = readLines(countBytes(stream, (length) => (bytes += length)));
  try {
    for await (const batch of inBatches(await readRecords(lines, format))) {
      const values = batch.flatMap((record) => ('value' in record ? [record.value] : []));
      const outcomes = (await services.userImport.importMany(values, actor)).values();
      const refused: RejectedLine[] = [];
      for (const record of batch) {
        const outcome = 'value' in record ? outcomes.next().value : undefined;
        if (outcome === 'created') counts.created += 1;
        else if (outcome === 'exists') counts.existing += 1;
        else refused.push(toRefusal(record, outcome));
      }
      counts.refused += refused.length;
      taken = batch.at(-1)?.line ?? taken;
      await refusals.write(refused, progress.log);
      progress.update(
        bytes,
        `${counts.created} created, ${counts.existing} there, ${counts.refused} refused`,
      );
    }
  } catch (error) {
    if (taken > 0) progress.log(`All up to line ${taken} was dealt with; repeat the command to go on.`);
    throw error;
  }
  return counts;
}

async function readRecords(lines: ReturnType<typeof readLines>, format: Format) {
  if (format === 'jsonl') return jsonRecords(lines);
  const { csvRecords } = await import('./csv-records.js');
  return csvRecords(lines);
}

function toRefusal(record: FileRecord, outcome: { code: string; message: string } | undefined): RejectedLine {
  if ('fault' in record) return { line: record.line, code: 'MALFORMED', message: record.fault };
  return {
    line: record.line,
    code: outcome?.code ?? 'FAILED',
    message: outcome?.message ?? 'It was not taken.',
  };
}

async function* countBytes(stream: AsyncIterable<Buffer>, count: (length: number) => void) {
  for await (const chunk of stream) {
    count(chunk.length);
    yield chunk;
  }
}

async function* inBatches(records: AsyncIterable<FileRecord>): AsyncGenerator<FileRecord[]> {
  let batch: FileRecord[] = [];
  for await (const record of records) {
    batch.push(record);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
