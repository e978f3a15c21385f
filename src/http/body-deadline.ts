import type { IncomingMessage } from 'node:http';

const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** Cuts a request whose body is not whole by then: everything but a package is small, and sent at once. */
export function limitBody(request: IncomingMessage, longestMs: number): void {
  const { headers } = request;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;
  if (!hasBody) return;
  const deadline = setTimeout(() => {
    // One that nobody reads, as of a GET, is not closed before it is answered.
    if (!request.complete) request.destroy();
  }, longestMs);
  deadlines.set(request, deadline);
  request.once('close', () => clearTimeout(deadline));
}

/** Lets a body take its time. To be called for a package, and only once it is known that its sender may send one. */
export function allowLongBody(request: IncomingMessage): void {
  clearTimeout(deadlines.get(request));
}
