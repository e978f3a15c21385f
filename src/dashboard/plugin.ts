import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import send from 'send';

/** What `scripts/dashboard.mjs` built. */
const FILES = join(dirname(findPackageJSON(import.meta.url) ?? '.'), 'dist', 'dashboard');

/** Where the dashboard's own router takes over: each is a link that a person may open or keep. */
const appRoutes = [
  '/',
  '/setup',
  '/sign-in',
  '/scan',
  '/devices/:id',
  '/releases',
  '/people',
  '/people/:id',
  '/audit',
  '/account',
];

/** Its name is a hash of its content. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** What a page may have beside its files, as sources of its content security policy. */
export interface Allowance {
  /** By default what has the nonce. */
  readonly styles?: string;
  readonly fonts?: string;
}

const policyOf = ({ styles, fonts = '' }: Allowance & { readonly styles: string }) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${styles}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    `font-src 'self' ${fonts}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** The dashboard: its page at the addresses of its views, and its files at `/assets/`. */
export function registerDashboard(app: FastifyInstance): void {
  for (const route of appRoutes) app.get(route, (_request, reply) => sendPage(reply, 'app'));
  app.get<{ Params: { '*': string } }>('/assets/*', (request, reply) => {
    const response = reply.raw;
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) response.setHeader(name, value);
    }
    response.setHeader('cache-control', IMMUTABLE);
    send(request.raw, request.params['*'], { root: join(FILES, 'assets'), index: false })
      .on('error', (error: Error & { status?: number }) => {
        response.setHeader('cache-control', 'no-store');
        response.statusCode = error.status ?? 500;
        response.end();
      })
      .pipe(response);
  });
}

/**
 * One of the pages that were built, with a nonce in the place that its build left for it.
 * @param page its folder in `src/dashboard`.
 */
export async function sendPage(
  reply: FastifyReply,
  page: string,
  allowance: Allowance = {},
): Promise<FastifyReply> {
  const html = await readFile(join(FILES, page, 'index.html'), 'utf8').catch(() => null);
  if (html === null) return reply.code(503).type('text/plain').send('The pages have not been built.\n');
  const nonce = randomBytes(16).toString('base64');
  return reply
    .type('text/html; charset=utf-8')
    .headers({
      'content-security-policy': policyOf({ styles: `'nonce-${nonce}'`, ...allowance }),
      'cross-origin-opener-policy': 'same-origin',
    })
    .send(html.replaceAll('__CSP_NONCE__', nonce));
}
