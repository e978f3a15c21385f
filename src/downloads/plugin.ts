import { basename, dirname } from 'node:path';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import send from 'send';
import type { Release } from '../releases/release.entity.js';
import type { Releases } from '../releases/releases.js';

const YEAR_SECONDS = 365 * 86_400;

/**
 * A package is uploaded content on the gateway's own origin: a browser must save it and run nothing of it. The package
 * of a name never changes, so caches may keep it.
 */
const headersOf = ({ packageName, sha256, publishedAt }: Release) => ({
  'content-type': 'application/octet-stream',
  'content-disposition': contentDisposition(packageName),
  'content-security-policy': 'sandbox',
  'cache-control': `public, max-age=${YEAR_SECONDS}, immutable`,
  etag: `"${sha256}"`,
  'last-modified': publishedAt.toUTCString(),
});

/** Serves published packages at `/dist/<name>`, whole or in ranges, without authentication. */
export function registerDownloads(app: FastifyInstance, releases: Releases): void {
  app.get('/dist/*', async (request: FastifyRequest<{ Params: { '*': string } }>, reply) => {
    const release = await releases.findPackage(request.params['*']);
    if (!release) return refuse(reply, 404, 'There is no such package.');
    if (release.withdrawnAt) return refuse(reply, 410, 'The package has been withdrawn.');
    sendPackage(request, reply, release, releases.locate(release));
    return reply;
  });
}

const refuse = (reply: FastifyReply, status: number, text: string) =>
  reply.code(status).type('text/plain').send(`${text}\n`);

/** `send` evaluates conditions and ranges by the ETag and the time that are set before it is called. */
function sendPackage(request: FastifyRequest, reply: FastifyReply, release: Release, path: string): void {
  const response = reply.raw;
  reply.hijack();
  for (const [name, value] of Object.entries({ ...reply.getHeaders(), ...headersOf(release) })) {
    if (value !== undefined) response.setHeader(name, value);
  }
  send(request.raw, basename(path), {
    root: dirname(path),
    dotfiles: 'allow',
    index: false,
  })
    .on('error', (error: Error & { status?: number; headers?: Record<string, string> }) => {
      const status = error.status ?? 500;
      if (status === 404 || status >= 500) request.log.error({ err: error }, 'package cannot be read');
      if (response.headersSent) return void response.destroy();
      for (const name of ['content-disposition', 'cache-control', 'etag', 'last-modified'])
        response.removeHeader(name);
      for (const [name, value] of Object.entries(error.headers ?? {})) response.setHeader(name, value);
      response.statusCode = status === 404 ? 500 : status;
      response.end();
    })
    .pipe(response);
}
