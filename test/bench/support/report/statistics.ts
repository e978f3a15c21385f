/** The middle of some numbers, and the range that contains the true median with 95 % confidence. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Makes no assumption about the distribution: the interval lies between two of the sorted numbers. */
export function estimate(numbers: readonly number[]): Estimate {
  const sorted = numbers.toSorted((a, b) => a - b);
  const rank = intervalRank(sorted.length);
  return { median: median(sorted), low: at(sorted, rank), high: at(sorted, sorted.length - 1 - rank) };
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (at(sorted, Math.floor(middle)) + at(sorted, Math.ceil(middle))) / 2;
}

/** @param share between 0 and 1, such as 0.99. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return at(sorted, Math.min(sorted.length - 1, Math.floor(share * sorted.length)));
}

/**
 * How many of the smallest and of the largest numbers lie outside of a 95 % interval of the median: each number is below
 * the median with a probability of one half. With fewer than six numbers, the interval is all of them.
 */
function intervalRank(count: number): number {
  let ways = 1;
  let below = 0;
  for (let rank = 0; rank < count / 2; rank++) {
    below += ways / 2 ** count;
    if (below > 0.025) return Math.max(0, rank - 1);
    ways = (ways * (count - rank)) / (rank + 1);
  }
  return 0;
}

function at(sorted: readonly number[], index: number): number {
  const number = sorted[index];
  if (number === undefined) throw new RangeError('There are no numbers.');
  return number;
}
