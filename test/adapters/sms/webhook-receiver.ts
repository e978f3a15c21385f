import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { baseUrl } from './base-url.js';

/** An operator's SMS webhook. It keeps every request it saw, and answers 204 until told otherwise. */
export async function startReceiver() {
  const seen: {
    method: string | undefined;
    path: string | undefined;
    headers: IncomingHttpHeaders;
    body: string;
  }[] = [];
  let answer = (response: ServerResponse) => {
    response.writeHead(204).end();
  };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    seen.push({ method: request.method, path: request.url, headers: request.headers, body });
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${baseUrl(server)}/sms`,
    seen,
    willAnswer(next: (response: ServerResponse) => void) {
      answer = next;
    },
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
