import { basename, dirname } from 'node:path';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import send from 'send';
import type { Release } from '../releases/release.entity.js';
import type { Releases } from '../releases/releases.js';

const YEAR_SECONDS = 365 * 86_400;

/**
 * A package is somebody's content on our own origin: a browser saves it and runs nothing of it.
 * What a name stands for never changes, so it may be kept for as long as caches keep anything.
 */
const headersOf = ({ packageName, sha256, publishedAt }: Release) => ({
  'content-type': 'application/octet-stream',
  'content-disposition': contentDisposition(packageName),
  'content-security-policy': 'sandbox',
  'cache-control': `public, max-age=${YEAR_SECONDS}, immutable`,
  etag: `"${sha256}"`,
  'last-modified': publishedAt.toUTCString(),
});

/** Published packages at `/dist/<name>`, whole or in ranges, to anybody. */
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

/** Conditions and ranges are answered by `send`, which goes by the ETag and the time that are set beforehand. */
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
      if (status === 404 || status >= 500) request.log.error({ err: error }, 'a package cannot be read');
      if (response.headersSent) return void response.destroy();
      for (const name of ['content-disposition', 'cache-control', 'etag', 'last-modified'])
        response.removeHeader(name);
      for (const [name, value] of Object.entries(error.headers ?? {})) response.setHeader(name, value);
      response.statusCode = status === 404 ? 500 : status;
      response.end();
    })
    .pipe(response);
}
