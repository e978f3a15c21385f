import { useSyncExternalStore } from 'react';

const TICK_MS = 5000;
/** The gateway tells its time in whole seconds, and its answer was on the way. */
const TOLERANCE_MS = 5000;

const listeners = new Set<() => void>();
/** How far the gateway's clock is ahead of this one's: what happened is told by its clock. */
let aheadMs = 0;
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
  for (const tell of listeners) tell();
}

/** Milliseconds since the epoch by the gateway's clock: what is shown by `Ago` is by it. */
export const gatewayTime = (): number => Date.now() + aheadMs;

/** What time it is, however wrong this browser's clock is. @param text the `Date` of an answer; null tells nothing. */
export function syncGatewayTime(text: string | null): void {
  const ahead = Date.parse(text ?? '') - Date.now();
  if (Number.isNaN(ahead)) return;
  aheadMs = Math.abs(ahead) > TOLERANCE_MS ? ahead : 0;
  tick();
}

/** Milliseconds since the epoch by the gateway's clock, a new one every few seconds; one timer for all. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
