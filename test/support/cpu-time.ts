/** CPU time of this process in milliseconds, on all threads, those that hash passwords included. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
