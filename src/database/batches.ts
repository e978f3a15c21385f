/** Rows of one write: neither the event loop nor the other writers of these rows wait for it longer than milliseconds. */
const BATCH_SIZE = 1000;

/** Divides rows for statements that follow each other. They are taken from the iterable only when their batch is next. */
export function* batches<T>(rows: Iterable<T>): Generator<readonly T[]> {
  let batch: T[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH_SIZE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
