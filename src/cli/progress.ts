import { Presets, SingleBar } from 'cli-progress';

/** How far a command has come, for who watches. */
export interface Progress {
  /** @param done in bytes. @param note what else is worth knowing. */
  update(done: number, note?: string): void;
  /** A line that stays, above the bar. */
  log(line: string): void;
  stop(): void;
}

/**
 * A bar on standard error where that is a terminal; elsewhere only the lines.
 * @param total in bytes; 0 where nobody knows.
 */
export function startProgress(label: string, total: number): Progress {
  if (!process.stderr.isTTY) {
    return { update: () => {}, log: (line) => process.stderr.write(`${line}\n`), stop: () => {} };
  }
  const bar = new SingleBar(
    {
      format:
        total > 0
          ? `${label} {bar} {percentage}% {size} {note} {eta_formatted} left`
          : `${label} {size} {note}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      forceRedraw: true,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  // However it ends, the cursor comes back.
  const restore = () => bar.stop();
  process.once('exit', restore);
  bar.start(Math.max(total, 1), 0, { size: byteSize(0), note: '' });
  return {
    update: (done, note = '') => bar.update(done, { size: byteSize(done), note }),
    log: (line) => process.stderr.write(`\r\x1b[K${line}\n`),
    stop: () => {
      process.off('exit', restore);
      bar.stop();
    },
  };
}

/** Bytes as people read them, such as `1.5 MiB`. */
export function byteSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}
