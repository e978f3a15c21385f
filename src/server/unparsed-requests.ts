import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { type Duplex, finished } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { DomainError, type DomainErrorCode } from '../errors.js';
import type { Refusal } from './api-failure.js';
import { sendRefusal } from './refused-response.js';

/** https://nodejs.org/api/http.html#event-clienterror */
interface ParserError extends Error {
  readonly code?: string;
  /** The bytes that the parser was given. Absent if the connection has ended. */
  readonly rawPacket?: Buffer;
  /** The offset of the error in `rawPacket`. */
  readonly bytesParsed?: number;
}

/** The latest request of a connection. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const refusals: Readonly<Record<string, readonly [status: number, DomainErrorCode, message: string]>> = {
  HPE_INVALID_URL: [400, 'INVALID_INPUT', 'The URL must be percent-encoded.'],
  HPE_HEADER_OVERFLOW: [431, 'TOO_LARGE', 'The headers are too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'TOO_LARGE', 'The extensions of a chunk are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'INVALID_INPUT', 'The request took too long to arrive.'],
};

function refusalOf({ code: parserCode = '' }: ParserError): Refusal {
  const malformed = [400, 'INVALID_INPUT', 'The request is not valid HTTP.'] as const;
  const [status, code, message] = refusals[parserCode] ?? malformed;
  return { status, error: new DomainError(code, message) };
}

/**
 * Answers what Node's parser refuses, such as raw UTF-8 in a URL, in the form of the API that was called. Fastify never
 * sees such a request.
 */
export function answerUnparsedRequests(server: Server, log: FastifyBaseLogger): void {
  const latest = new WeakMap<Duplex, Exchange>();
  server.on('request', (request, response) => latest.set(request.socket, { request, response }));
  server.on('clientError', (error: ParserError, socket) => {
    if (!socket.writable) return void socket.destroy();
    const refusal = refusalOf(error);
    log.info({ code: error.code, status: refusal.status }, 'a request could not be parsed');
    const previous = latest.get(socket);
    if (!previous) return answer(socket, error, refusal, log);
    if (!previous.request.complete) return failBody(socket, previous, refusal.error);
    // Responses leave in the order of their requests.
    finished(previous.response, () => answer(socket, error, refusal, log));
  });
}

/** Lets the API that reads the body answer, as if the client had disconnected. Then the connection ends. */
function failBody(socket: Duplex, { request, response }: Exchange, error: DomainError): void {
  if (response.headersSent) return void finished(response, () => socket.destroy());
  response.shouldKeepAlive = false;
  // Nothing more arrives, so no answer must wait for it.
  request.complete = true;
  // Node destroys only a request without an answer when its connection has closed.
  socket.once('close', () => request.destroy());
  // Not `destroy`, which closes the connection. No API reads the body where nobody listens.
  if (request.listenerCount('error') > 0) request.emit('error', error);
}

function answer(socket: Duplex, error: ParserError, refusal: Refusal, log: FastifyBaseLogger): void {
  if (!(socket instanceof Socket) || !socket.writable) return void socket.destroy();
  const { method, url } = requestLine(error);
  const response = new ServerResponse(Object.assign(new IncomingMessage(socket), { method }));
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  response.setHeader('connection', 'close');
  sendRefusal(response, url, refusal, log);
}

/**
 * The request line of the message at which parsing stopped. Its URL is empty if it came in an earlier packet, or is not
 * recognised.
 */
function requestLine({ rawPacket, bytesParsed = 0 }: ParserError): { method: string; url: string } {
  const packet = rawPacket?.toString('latin1') ?? '';
  const end = packet.indexOf('\n', bytesParsed);
  const read = packet.slice(0, end === -1 ? undefined : end);
  const lines = read.slice(read.lastIndexOf('\n\r\n') + 1).split('\n');
  const line = lines.findLast((candidate) => / HTTP\/\d/.test(candidate)) ?? lines.at(-1) ?? '';
  // The body of the request before it has no line end.
  const [, method = '', url = ''] = /([a-z-]{1,32}) ((?:https?:\/)?\/\S*)/i.exec(line) ?? [];
  return { method, url };
}
