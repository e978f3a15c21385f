import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { LONGEST_QUEUE } from './socket-writer.js';

/**
 * Does not read from a client that does not read what it asked for, until it has: what it sends waits in its own
 * memory, not in ours. One that does not come back misses the protocol's next ping, and is closed.
 * @param socket that of the upgrade, whose queue is what the client has not read.
 */
export function readOnlyFromReaders(client: WebSocket, socket: Duplex): void {
  client.on('message', () => {
    if (client.isPaused || socket.writableLength <= LONGEST_QUEUE) return;
    client.pause();
    socket.once('drain', () => client.resume());
  });
}
