/** Returns milliseconds since the epoch. Services take it as a dependency, so that tests control the time. */
export type Clock = () => number;
