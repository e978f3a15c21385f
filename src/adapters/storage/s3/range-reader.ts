import type { Readable } from 'node:stream';
import type { ByteRange, OpenPackage } from '../../../releases/storage.js';
import { free } from '../receive-into.js';
import { unavailable } from './client.js';

/** Ranges with a smaller gap between them are read in one request, which takes about as long as such a gap. */
const MAX_GAP_BYTES = 64 * 1024;
/** An answer that pauses for longer has ended. */
const MAX_PAUSE_MS = 30_000;

/** Reads ranges of an object in their order, close ones in one request. */
export class RangeReader implements OpenPackage {
  readonly #spans: ByteRange[];
  #body: Readable | null = null;
  #chunks: AsyncIterator<Buffer> | null = null;
  /** What was received and not read yet. */
  #chunk: Buffer = Buffer.alloc(0);
  /** Of the first byte of `#chunk`. */
  #position = 0;
  /** Of the last byte of the current answer; -1 before the first one. */
  #end = -1;

  private constructor(
    ranges: readonly ByteRange[],
    private readonly request: (span: ByteRange) => Promise<Readable>,
  ) {
    this.#spans = joinClose(ranges);
  }

  /**
   * Requests the first range, so that a failure is known before any byte is sent.
   * @param request reads one range of the object.
   */
  static async open(
    ranges: readonly ByteRange[],
    request: (span: ByteRange) => Promise<Readable>,
  ): Promise<RangeReader> {
    const reader = new RangeReader(ranges, request);
    if (ranges.length > 0) await reader.#nextSpan();
    return reader;
  }

  async read(buffer: Buffer, position: number): Promise<number> {
    if (position > this.#end) await this.#nextSpan();
    while (this.#position + this.#chunk.length <= position) await this.#nextChunk();
    const copied = this.#chunk.copy(buffer, 0, position - this.#position);
    if (position + copied > this.#end) {
      this.#end = -1;
      // The connection can be used again once the end of the answer was read.
      await this.#chunks?.next().catch(() => {});
    }
    return copied;
  }

  async close(): Promise<void> {
    this.#body?.destroy();
  }

  async #nextSpan(): Promise<void> {
    const span = this.#spans.shift();
    if (!span) throw new RangeError('The package was not opened for this range.');
    this.#body = await this.request(span);
    this.#chunks = this.#body[Symbol.asyncIterator]();
    this.#chunk = Buffer.alloc(0);
    this.#position = span.start;
    this.#end = span.end;
  }

  async #nextChunk(): Promise<void> {
    this.#position += this.#chunk.length;
    free(this.#chunk);
    const timer = setTimeout(() => this.#body?.destroy(new Error('S3 has paused.')), MAX_PAUSE_MS);
    try {
      const next = await this.#chunks?.next();
      if (!next || next.done) throw new RangeError('The object of the package is shorter than the package.');
      this.#chunk = next.value;
    } catch (error) {
      throw error instanceof RangeError ? error : unavailable(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Ranges that a request each reads: those that follow each other closely are one. */
function joinClose(ranges: readonly ByteRange[]): ByteRange[] {
  const spans: { start: number; end: number }[] = [];
  for (const { start, end } of ranges) {
    const last = spans.at(-1);
    const gap = last ? start - last.end - 1 : -1;
    if (last && gap >= 0 && gap <= MAX_GAP_BYTES) last.end = end;
    else spans.push({ start, end });
  }
  return spans;
}
