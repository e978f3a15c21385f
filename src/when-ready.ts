/** Continues with a value at once if it is there: each promise of a frequent request would take a turn of the microtask queue. */
export const whenReady = <T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> =>
  value instanceof Promise ? value.then(next) : next(value);
