/** Milliseconds since the epoch. Injected, so that tests own time. */
export type Clock = () => number;
