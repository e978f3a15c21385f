import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that wait for an earlier one at most. Few clients send any before they have an answer. */
const MAX_WAITING = 16;

/** The requests of one connection that wait for an earlier one. */
interface Line {
  waiting: number;
  isRefused: boolean;
}

/**
 * Serves the requests of a connection one after the other: their responses leave in that order anyway, and a response
 * that waits for an earlier one takes memory. Meanwhile, nothing more is read from the connection.
 * @param refuse answers a request of a connection on which too many wait. The connection then closes without an answer to
 * the others, so that the client can safely repeat them (RFC 9112, 9.3.2).
 */
export function oneAtATime(
  serve: RequestListener,
  refuse: (response: ServerResponse) => void,
): RequestListener {
  const lines = new WeakMap<Socket, Line>();
  return (request, response) => {
    // Node gives the socket to one response at a time.
    if (response.socket) return serve(request, response);
    const { socket } = request;
    const line = lines.get(socket) ?? { waiting: 0, isRefused: false };
    lines.set(socket, line);
    if (line.isRefused) return;
    line.waiting += 1;
    line.isRefused = line.waiting > MAX_WAITING;
    socket.pause();
    response.once('socket', () => {
      line.waiting -= 1;
      if (line.waiting === 0) socket.resume();
      if (!line.isRefused) return serve(request, response);
      response.shouldKeepAlive = false;
      refuse(response);
    });
  };
}
