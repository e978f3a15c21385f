import type { Server } from './server.ts';

/** A `deviceStatus` event, as the document of the benchmarks selects it. */
export interface StatusEvent {
  readonly kind: 'SNAPSHOT' | 'ONLINE' | 'OFFLINE';
  readonly cursor: string;
  readonly at: string;
  readonly reason: 'TIMEOUT' | null;
  readonly device: { readonly id: string; readonly online: boolean };
  readonly devices: null;
}

const event = (device: number, online: boolean): StatusEvent => ({
  kind: online ? 'ONLINE' : 'OFFLINE',
  cursor: Buffer.from(`abcdefgh:${device}`).toString('base64url'),
  at: new Date().toISOString(),
  reason: online ? null : 'TIMEOUT',
  device: { id: `device_${device}`, online },
  devices: null,
});

export const snapshot: StatusEvent = { ...event(0, true), kind: 'SNAPSHOT' };

/** Answers of a peer whose devices alternate between online and offline. */
export function alternating(publish: (event: StatusEvent) => void) {
  let online = false;
  let made: StatusEvent[] = [];
  return {
    change(count: unknown) {
      online = !online;
      made = Array.from({ length: Number(count) }, (_, index) => event(index + 1, online));
      return 0;
    },
    publish: () => made.splice(0).forEach(publish),
  };
}

/** What a live server answers besides the questions of the probe. */
export const live = (server: Server) => ({
  /** Changes so many devices. @returns microseconds of CPU to notice and save it. */
  change: async (count: number) => Number(await server.ask('change', count)),
  /** Sends the changes to all subscribers. */
  publish: () => server.ask('publish'),
});
