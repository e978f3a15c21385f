/** Milliseconds of this process on all its threads, the hashing ones included: what others compute does not count. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
