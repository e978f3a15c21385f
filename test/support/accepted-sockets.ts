import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** The gateway's ends of the connections that it accepts from now on, the oldest first. */
export function trackAcceptedSockets(): readonly Socket[] {
  const accepted: Socket[] = [];
  subscribe('net.server.socket', (message) => {
    accepted.push((message as { socket: Socket }).socket);
  });
  return accepted;
}
