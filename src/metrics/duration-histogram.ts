import { Histogram, type HistogramConfiguration } from 'prom-client';

/** In seconds: a heartbeat takes less than the first, and clients give up after the last. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BUCKETS_MS = Float64Array.from(BUCKETS, (seconds) => seconds * 1000);

/** Durations with the same labels. */
export class DurationSeries {
  /** By bucket, without those of smaller ones; the last one has no bound. */
  readonly #counts = new Float64Array(BUCKETS.length + 1);
  #sumMs = 0;

  observe(ms: number): void {
    let bucket = 0;
    while (bucket < BUCKETS_MS.length && ms > (BUCKETS_MS[bucket] ?? 0)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumMs += ms;
  }

  /** The cumulative count of each bucket, the last of which counts all, and the sum in seconds. */
  read(): {
    readonly buckets: readonly (readonly [le: number | string, count: number])[];
    readonly sum: number;
  } {
    let count = 0;
    const buckets = [...this.#counts].map((own, index) => {
      count += own;
      return [BUCKETS[index] ?? '+Inf', count] as const;
    });
    return { buckets, sum: this.#sumMs / 1000 };
  }
}

/**
 * A histogram that is cheap to observe: the one of the library looks its labels up each time, which would cost a
 * heartbeat a microsecond.
 */
export class DurationHistogram<Label extends string> extends Histogram<Label> {
  readonly #series = new Map<
    string,
    { readonly labels: Record<Label, string>; readonly series: DurationSeries }
  >();

  constructor(private readonly configuration: Omit<HistogramConfiguration<Label>, 'buckets'>) {
    super({ ...configuration, buckets: BUCKETS });
  }

  /** The durations with these labels. */
  series(labels: Record<Label, string>): DurationSeries {
    const key = JSON.stringify(labels);
    const known = this.#series.get(key);
    if (known) return known.series;
    const series = new DurationSeries();
    this.#series.set(key, { labels, series });
    return series;
  }

  /** As the registry calls it. */
  async getForPromString() {
    const { name, help } = this.configuration;
    const values = [...this.#series.values()].flatMap(({ labels, series }) => {
      const { buckets, sum } = series.read();
      const [, count] = buckets.at(-1) ?? ['', 0];
      return [
        ...buckets.map(([le, value]) => ({ metricName: `${name}_bucket`, labels: { ...labels, le }, value })),
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return { name, help, type: 'histogram', values };
  }
}
