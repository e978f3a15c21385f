import { write, writeSync } from 'node:fs';

/** Lines are written once they have so many characters, or after this time. */
const BUFFER_LENGTH = 8 * 1024;
const DELAY_MS = 100;
/** After a failure, such as that of a full disk or pipe, the lines are written again after this time. */
const RETRY_MS = 100;
/** At the end of the process, a full pipe is waited for so often. */
const LAST_ATTEMPTS = 20;
/** Characters that wait at most while the file descriptor takes none. Further lines are dropped. */
const MAX_WAITING = 4 * 1024 * 1024;

const NONE = Buffer.alloc(0);

/**
 * Writes lines to a file descriptor, many at a time: a system call for each one would cost as much as a heartbeat. The
 * destination of pino would end the process when a disk is full, and never return from the flush at its exit.
 */
export class LogOutput {
  #waiting: string[] = [];
  #waitingLength = 0;
  #isWriting = false;
  /** What will be written again. */
  #failed: Buffer = NONE;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly fd: number) {}

  /** @param line with its line end. */
  write(line: string): void {
    if (this.#waitingLength > MAX_WAITING) return;
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    if (this.#isWriting) return;
    if (this.#waitingLength >= BUFFER_LENGTH) this.#writeWaiting();
    else this.#writeLater(DELAY_MS);
  }

  /** Writes what waits, for the end of the process. Lines that cannot be written are lost. */
  flush(): void {
    let rest = Buffer.concat([this.#failed, this.#takeWaiting()]);
    for (let attempt = 1; rest.length > 0 && attempt <= LAST_ATTEMPTS; attempt++) {
      try {
        rest = rest.subarray(writeSync(this.fd, rest));
      } catch (error) {
        const isFullPipe = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
        if (!isFullPipe) return;
        pause(RETRY_MS);
      }
    }
  }

  #writeLater(ms: number): void {
    this.#timer ??= setTimeout(() => this.#writeWaiting(), ms).unref();
  }

  #writeWaiting(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isWriting && this.#waiting.length > 0) this.#write(this.#takeWaiting());
  }

  #takeWaiting(): Buffer {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#waitingLength = 0;
    return Buffer.from(text);
  }

  #write(lines: Buffer): void {
    this.#isWriting = true;
    write(this.fd, lines, (error, written) => {
      const rest = error ? lines : lines.subarray(written);
      this.#failed = error ? lines : NONE;
      if (error) setTimeout(() => this.#write(rest), RETRY_MS).unref();
      else if (rest.length > 0) this.#write(rest);
      else this.#finish();
    });
  }

  #finish(): void {
    this.#isWriting = false;
    if (this.#waitingLength >= BUFFER_LENGTH) this.#writeWaiting();
    else if (this.#waitingLength > 0) this.#writeLater(DELAY_MS);
  }
}

/** Blocks the process. */
const pause = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
