import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { baseUrl } from './base-url.js';

/** An operator's SMS webhook. It records every request and answers 204 by default. */
export async function startReceiver() {
  const requests: {
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
    requests.push({ method: request.method, path: request.url, headers: request.headers, body });
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${baseUrl(server)}/sms`,
    requests,
    answerWith(next: (response: ServerResponse) => void) {
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
