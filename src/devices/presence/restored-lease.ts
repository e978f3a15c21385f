/** A device that was online when the previous process stopped. Times are milliseconds of one clock. */
export interface SavedLease {
  readonly seenAt: number;
  /** When the previous process was last alive. */
  readonly aliveAt: number;
  /** When its token expires; 0 when its session has ended. */
  readonly authEnds: number;
}

/**
 * The lease of a device after a restart. It is prolonged by the downtime, in which the device could not beat, and by an
 * interval to reconnect in.
 * @param patienceMs how long the device may be silent.
 */
export function restoredLease(
  { seenAt, aliveAt, authEnds }: SavedLease,
  now: number,
  intervalMs: number,
  patienceMs: number,
): { readonly deadline: number; readonly authEnds: number } {
  // It is saved at intervals; a later heartbeat proves as well that the process was alive.
  const lastAlive = Math.max(aliveAt, seenAt);
  const downtime = Math.max(0, now - lastAlive);
  // A device whose deadline had been extended, by a hold or another restart, still has time for a heartbeat.
  const left = Math.max(seenAt + patienceMs, lastAlive + intervalMs / 2);
  return {
    deadline: left + downtime + intervalMs,
    // Tokens could not be refreshed in the meantime.
    authEnds: authEnds === 0 ? 0 : Math.max(authEnds, now + intervalMs),
  };
}
