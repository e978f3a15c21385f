import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { MAX_QUEUE_BYTES } from './socket-writer.js';

/**
 * Stops reading from a client while it leaves too many answers unread: further requests wait in the client's memory.
 * A client that never reads misses the next ping, and is terminated.
 * @param socket the socket of the upgrade request, whose queue holds what the client has not read.
 */
export function pauseUnreadClient(client: WebSocket, socket: Duplex): void {
  client.on('message', () => {
    if (client.isPaused || socket.writableLength <= MAX_QUEUE_BYTES) return;
    client.pause();
    socket.once('drain', () => client.resume());
  });
}
