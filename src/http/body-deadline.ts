import type { IncomingMessage } from 'node:http';

const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>();
const ends = new WeakMap<IncomingMessage, () => void>();

/** Whether the headers of a request announce a body. */
export const announcesBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;

/** Closes the connection of a request whose body is incomplete after `limitMs`: all bodies but packages are small. */
export function limitBody(request: IncomingMessage, limitMs: number): void {
  if (!announcesBody(request)) return;
  const deadline = setTimeout(() => {
    // A complete body that no handler reads, such as that of a GET, must not cut off the answer.
    if (!request.complete) request.destroy();
  }, limitMs);
  deadlines.set(request, deadline);
  request.once('close', () => clearTimeout(deadline));
}

/** Calls `listener` once the request has ended, or its body turned out to be a package. */
export function onBodyEnd(request: IncomingMessage, listener: () => void): void {
  const end = () => {
    if (ends.delete(request)) listener();
  };
  ends.set(request, end);
  request.once('close', end);
}

/** Lifts the limits for a package. To be called once its sender is known to have the permission to upload. */
export function allowLongBody(request: IncomingMessage): void {
  clearTimeout(deadlines.get(request));
  ends.get(request)?.();
}
