import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Collects the server side of every connection that is accepted from now on, the oldest first. */
export function trackAcceptedSockets(): readonly Socket[] {
  const accepted: Socket[] = [];
  subscribe('net.server.socket', (message) => {
    accepted.push((message as { socket: Socket }).socket);
  });
  return accepted;
}
