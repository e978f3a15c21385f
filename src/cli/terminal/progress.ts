import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a command has come. */
export interface Progress {
  /** @param done so far. @param note shown beside the bar. */
  update(done: number, note?: string): void;
  /** Prints a line above the bar. */
  log(line: string): void;
  stop(): void;
}

/**
 * Draws a progress bar on standard error if that is a terminal; otherwise only `log` prints.
 * @param total in bytes, or in what `format` writes; 0 if unknown.
 */
export function startProgress(label: string, total: number, format = formatBytes): Progress {
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
  // The bar hides the cursor; an exit must show it again.
  const restore = () => bar.stop();
  process.once('exit', restore);
  bar.start(Math.max(total, 1), 0, { size: format(0), note: '' });
  return {
    update: (done, note = '') => bar.update(done, { size: format(done), note }),
    log: (line) => process.stderr.write(`\r\x1b[K${line}\n`),
    stop: () => {
      process.off('exit', restore);
      bar.stop();
    },
  };
}

/** Formats a number of bytes like `1.5 MiB`, as the dashboard does. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const sizes = units.map((unit, power) => {
    const size = (bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1);
    return { size, text: `${size} ${unit}` };
  });
  return (sizes.find(({ size }) => Number(size) < 1024) ?? sizes.at(-1))?.text ?? '';
}
