/** Intervals without a heartbeat after which a device has missed one. */
export const LATE = 1.25;
/** Intervals without a heartbeat after which it is offline. */
const PATIENCE = 2.5;
/** Deadlines are spread over this share of an interval, so that a disconnected fleet does not expire in one tick. */
const JITTER = 0.1;

/** 2^32 divided by the golden ratio, which spreads consecutive indexes evenly. */
const SPREAD = 2_654_435_769;

/** No device has more. */
export const LONGEST_PATIENCE = PATIENCE + JITTER;

/** How many intervals a device may be silent. */
export const patienceOf = (device: number): number =>
  PATIENCE + JITTER * ((Math.imul(device, SPREAD) >>> 0) / 2 ** 32);

/**
 * The deadline of a device after a change of its patience. A shorter one counts from now on, so that the device has time
 * to follow; a longer one counts from its latest heartbeat.
 */
export const adaptedDeadline = (deadline: number, seenAt: number, now: number, patienceMs: number): number =>
  Math.max(seenAt + patienceMs, Math.min(deadline, now + patienceMs));
