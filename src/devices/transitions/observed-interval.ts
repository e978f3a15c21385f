/** The weight of a sample in the average interval of a device, and in that of its jitter. */
const WEIGHT = 0.125;

/** A device that is silent for longer, in intervals that it is expected to keep, is away. That is no sample. */
const LONGEST_SAMPLE = 10;

/** The seconds between two heartbeats, on average since the last save. */
const GAP = "((t.at - date_part('epoch', d.last_seen_at)) / nullif(t.beats, 0))";

const sampled = (column: string, sample: string): string =>
  `case when ${GAP} between 0 and coalesce(d.own_interval_seconds, ?::float8) * ${LONGEST_SAMPLE}
     then coalesce(${column} + (${sample} - ${column}) * ${WEIGHT}, ${sample}) else ${column} end`;

/**
 * Moving averages of the interval of a device and of its deviation from that, as assignments in SQL: of a row `d` of
 * `devices` with its latest heartbeat `t.at`, in seconds since the Unix epoch, and the number of heartbeats since the one
 * that the row has, `t.beats`. Its parameter, twice, is the interval of devices without one of their own, in seconds.
 */
export const SAMPLE_INTERVAL = `
  observed_interval_seconds = ${sampled('d.observed_interval_seconds', GAP)},
  jitter_seconds = ${sampled('d.jitter_seconds', `abs(${GAP} - d.observed_interval_seconds)`)}`;
