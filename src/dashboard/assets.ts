import { extname } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import send from 'send';

/** For assets, whose names contain a hash of their content. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** The content types of assets that the build also writes compressed (`vite.config.ts`). */
const compressedTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
};

/** The suffix of the file in each encoding, the preferred encoding first. */
const suffixes: Readonly<Record<string, string>> = { br: '.br', gzip: '.gz', identity: '' };

const encodings = Object.keys(suffixes);

/** Serves the assets of all pages under `/assets/`, compressed for browsers that accept it. */
export function registerAssets(app: FastifyInstance, root: string): void {
  app.get<{ Params: { '*': string } }>('/assets/*', (request, reply) => {
    const name = request.params['*'];
    sendAsset(request, reply, root, name);
  });
}

function sendAsset(request: FastifyRequest, reply: FastifyReply, root: string, name: string): void {
  const response = reply.raw;
  const type = compressedTypes[extname(name)];
  const encoding = type ? preferredEncoding(request) : 'identity';
  reply.hijack();
  for (const [header, value] of Object.entries({
    ...reply.getHeaders(),
    'cache-control': IMMUTABLE,
    ...(type && { 'content-type': type, vary: 'accept-encoding' }),
    ...(encoding !== 'identity' && { 'content-encoding': encoding }),
  })) {
    if (value !== undefined) response.setHeader(header, value);
  }
  send(request.raw, name + suffixes[encoding], { root, index: false })
    .on('error', (error: Error & { status?: number }) => {
      for (const header of ['content-type', 'content-encoding', 'vary']) response.removeHeader(header);
      response.setHeader('cache-control', 'no-store');
      response.statusCode = error.status ?? 500;
      response.end();
    })
    .pipe(response);
}

/** The first encoding that the browser accepts; `identity` for a browser that accepts none. */
function preferredEncoding({ raw }: FastifyRequest): string {
  const accepted = new Negotiator(raw).encodings(encodings);
  return encodings.find((encoding) => accepted.includes(encoding)) ?? 'identity';
}
