import { useSyncExternalStore } from 'react';

const TICK_MS = 5000;
/** A `Date` header has whole seconds and arrives late: smaller differences are ignored. */
const TOLERANCE_MS = 5000;

const listeners = new Set<() => void>();
/** The gateway's clock minus this browser's. All times in answers are by the gateway's clock. */
let offsetMs = 0;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  now = gatewayTime();
  for (const listener of listeners) listener();
}

/** Milliseconds since the epoch by the gateway's clock. */
export const gatewayTime = (): number => Date.now() + offsetMs;

/** Corrects for a wrong browser clock. @param dateHeader the `Date` header of an answer; null changes nothing. */
export function syncGatewayTime(dateHeader: string | null): void {
  const offset = Date.parse(dateHeader ?? '') - Date.now();
  if (Number.isNaN(offset)) return;
  offsetMs = Math.abs(offset) > TOLERANCE_MS ? offset : 0;
  tick();
}

/** Milliseconds since the epoch by the gateway's clock, updated every 5 seconds by one timer for all components. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
