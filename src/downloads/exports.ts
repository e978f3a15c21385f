import { Readable } from 'node:stream';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.js';
import { DomainError, type DomainErrorCode } from '../errors.js';
import type { ExportRequest } from '../exports/export-request.js';
import type { Exports } from '../exports/exports.js';

/** A client that takes nothing for so long is cut off. */
const STALL_MS = 60_000;

const statuses: Partial<Record<DomainErrorCode, number>> = {
  NOT_FOUND: 404,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
};

const types = {
  CSV: { type: 'text/csv; charset=utf-8; header=present', extension: 'csv' },
  JSON_LINES: { type: 'application/x-ndjson; charset=utf-8', extension: 'jsonl' },
} as const;

/** Serves exports at `/exports/<ticket>`, once for each ticket: HEAD must not use it up. */
export function registerExports(
  app: FastifyInstance,
  { exports, clock }: { readonly exports: Exports; readonly clock: Clock },
): void {
  app.get<{ Params: { ticket: string } }>('/exports/:ticket', { exposeHeadRoute: false }, (request, reply) =>
    send(request, reply, exports, clock),
  );
}

async function send(
  request: FastifyRequest<{ Params: { ticket: string } }>,
  reply: FastifyReply,
  exports: Exports,
  clock: Clock,
): Promise<FastifyReply> {
  try {
    const opened = await exports.open(request.params.ticket, request.ip);
    // A failure ends the response without its last chunk, so that no client takes a part for the whole.
    const body = Readable.from(opened.body, { objectMode: false });
    body.once('close', opened.close);
    reply.raw.setTimeout(STALL_MS);
    return reply.headers(headersOf(opened.request, clock())).send(body);
  } catch (error) {
    const status = error instanceof DomainError ? statuses[error.code] : undefined;
    if (status === undefined) throw error;
    const { message } = error as DomainError;
    return reply.code(status).header('cache-control', 'no-store').type('text/plain').send(`${message}\n`);
  }
}

function headersOf({ list, format }: ExportRequest, now: number): Record<string, string> {
  const { type, extension } = types[format];
  const day = new Date(now).toISOString().slice(0, 10);
  return {
    'content-type': type,
    'content-disposition': contentDisposition(`${list.name}-${day}.${extension}`),
    'content-security-policy': 'sandbox',
    'cache-control': 'no-store',
  };
}
