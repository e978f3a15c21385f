import type { ByteRange } from '../releases/storage.js';

/** The ranges of one request. An updater asks for up to 1,000 blocks at once. */
const MAX_RANGES = 1_000;

/**
 * Reads the header `Range`, by RFC 9110, 14.
 * @param size of the package in bytes, at least 1.
 * @returns the ranges that the package has, in the order of the request; ranges that overlap are merged, so that no
 * byte is sent twice. An empty list if the package has none of the bytes. Null if the header must be ignored: for
 * another unit, a malformed range, or more ranges than the limit.
 */
export function readRanges(header: string, size: number): ByteRange[] | null {
  const [, list] = /^\s*bytes\s*=(.*)$/i.exec(header) ?? [];
  const specs = list
    ?.split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '');
  if (!specs || specs.length === 0 || !specs.every(isRange)) return null;
  const merged = mergeOverlapping(
    specs.map((spec) => resolve(spec, size)).filter(({ start, end }) => start <= end),
  );
  return merged.length > MAX_RANGES ? null : merged;
}

function isRange(spec: string): boolean {
  const [, first = '', last = ''] = /^(\d*)\s*-\s*(\d*)$/.exec(spec) ?? [];
  if (first === '' || last === '') return first !== last;
  return Number(first) <= Number(last);
}

/** A range that the package does not have ends before it starts. */
function resolve(spec: string, size: number): ByteRange {
  const [first = '', last = ''] = spec.split('-').map((text) => text.trim());
  if (first === '') return { start: Math.max(0, size - Number(last)), end: size - 1 };
  return { start: Number(first), end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

function mergeOverlapping(ranges: readonly ByteRange[]): ByteRange[] {
  const merged: { start: number; end: number; order: number }[] = [];
  const sorted = ranges.map((range, order) => ({ ...range, order })).sort((a, b) => a.start - b.start);
  for (const range of sorted) {
    const last = merged.at(-1);
    if (!last || range.start > last.end) {
      merged.push(range);
      continue;
    }
    last.end = Math.max(last.end, range.end);
    last.order = Math.min(last.order, range.order);
  }
  return merged.sort((a, b) => a.order - b.order).map(({ start, end }) => ({ start, end }));
}
