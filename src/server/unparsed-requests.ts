import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { type Duplex, finished } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { DomainError } from '../errors.js';
import { crossOriginHeaders } from '../http/cross-origin.js';
import { defaultHeaders } from '../http/security-headers.js';
import { apiFailure, type Refusal } from './api-failure.js';
import { statusBody } from './failures.js';

/** https://nodejs.org/api/http.html#event-clienterror */
interface ParserError extends Error {
  readonly code?: string;
  /** What was being parsed. Absent if the connection has ended. */
  readonly rawPacket?: Buffer;
  /** The offset of the error in `rawPacket`. */
  readonly bytesParsed?: number;
}

/** The latest request of a connection. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const refusals: Readonly<Record<string, Refusal>> = {
  HPE_INVALID_URL: {
    status: 400,
    error: new DomainError('INVALID_INPUT', 'The URL must be percent-encoded.'),
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    error: new DomainError('TOO_LARGE', 'The headers are too large.'),
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    error: new DomainError('TOO_LARGE', 'The extensions of a chunk are too large.'),
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    error: new DomainError('INVALID_INPUT', 'The request took too long to arrive.'),
  },
};
const malformed: Refusal = {
  status: 400,
  error: new DomainError('INVALID_INPUT', 'The request is not valid HTTP.'),
};

/**
 * Answers what Node's parser refuses, such as raw UTF-8 in a URL, in the form of the API that was called. Fastify never
 * sees such a request.
 */
export function answerUnparsedRequests(server: Server, log: FastifyBaseLogger): void {
  const latest = new WeakMap<Duplex, Exchange>();
  server.on('request', (request, response) => latest.set(request.socket, { request, response }));
  server.on('clientError', (error: ParserError, socket) => {
    if (!socket.writable) return void socket.destroy();
    const refusal = refusals[error.code ?? ''] ?? malformed;
    log.info({ code: error.code, status: refusal.status }, 'a request could not be parsed');
    const previous = latest.get(socket);
    if (!previous) return answerUnparsed(socket, error, refusal, log);
    if (!previous.request.complete) return answerBrokenBody(socket, previous, refusal, log);
    // Responses leave in the order of their requests.
    finished(previous.response, () => answerUnparsed(socket, error, refusal, log));
  });
}

function answerBrokenBody(
  socket: Duplex,
  { request, response }: Exchange,
  refusal: Refusal,
  log: FastifyBaseLogger,
): void {
  if (response.headersSent) return void socket.destroy();
  // Node aborts only requests without a response, and the handler of the body must end too.
  socket.once('close', () => request.destroy());
  send(response, request.url ?? '', refusal, log);
}

function answerUnparsed(socket: Duplex, error: ParserError, refusal: Refusal, log: FastifyBaseLogger): void {
  if (!(socket instanceof Socket) || !socket.writable) return void socket.destroy();
  const { method, url } = requestLine(error);
  const response = new ServerResponse(Object.assign(new IncomingMessage(socket), { method }));
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  send(response, url, refusal, log);
}

function send(response: ServerResponse, url: string, refusal: Refusal, log: FastifyBaseLogger): void {
  const { status, body } = apiFailure(url, refusal, log) ?? {
    status: refusal.status,
    body: statusBody(refusal.status),
  };
  const content = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    ...defaultHeaders,
    ...crossOriginHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': content.length,
    connection: 'close',
  });
  response.end(content);
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
