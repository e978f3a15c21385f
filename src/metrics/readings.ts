import { Counter, Gauge, type Registry } from 'prom-client';

/** A value, or one for each value of the label. */
type Reading = number | ReadonlyMap<string, number>;

/** A metric that is read when it is scraped. */
export interface ReadMetric {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  /** A metric that cannot be read, because something does not answer, is left out. */
  read(): Reading | Promise<Reading>;
}

/** A value that goes up and down. */
export function gauge(registry: Registry, metric: ReadMetric): void {
  new Gauge({
    ...configurationOf(registry, metric),
    async collect() {
      const values = await read(metric);
      clear(this, metric);
      for (const [labels, value] of values) this.set(labels, value);
    },
  });
}

/** A total since the start of the process. */
export function counter(registry: Registry, metric: ReadMetric): void {
  new Counter({
    ...configurationOf(registry, metric),
    async collect() {
      const values = await read(metric);
      clear(this, metric);
      for (const [labels, value] of values) this.inc(labels, value);
    },
  });
}

const configurationOf = (registry: Registry, { name, help, label }: ReadMetric) => ({
  name,
  help,
  labelNames: label === undefined ? [] : [label],
  registers: [registry],
});

async function read({ label = '', read }: ReadMetric): Promise<[Record<string, string>, number][]> {
  try {
    const reading = await read();
    if (typeof reading === 'number') return [[{}, reading]];
    return [...reading].map(([value, count]) => [{ [label]: value }, count]);
  } catch {
    return [];
  }
}

function clear(metric: Gauge | Counter, { label }: ReadMetric): void {
  metric.reset();
  // A metric without a label is 0 then.
  if (label === undefined) metric.remove();
}
