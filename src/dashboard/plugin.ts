import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { registerAssets } from './assets.js';

/** The output of `scripts/dashboard.mjs`. */
const BUILD_DIR = join(dirname(findPackageJSON(import.meta.url) ?? '.'), 'dist', 'dashboard');

/** The routes of `app/router.tsx`: each can be opened as a link, so each answers the page. */
const appRoutes = [
  '/',
  '/setup',
  '/sign-in',
  '/forgot-password',
  '/reset-password',
  '/scan',
  '/devices/actions',
  '/devices/:id',
  '/releases',
  '/people',
  '/people/:id',
  '/roles',
  '/sessions',
  '/audit',
  '/health',
  '/account',
];

/** Sources that the content security policy of a page allows in addition. */
export interface CspSources {
  /** Replaces the nonce. */
  readonly styles?: string;
  readonly fonts?: string;
}

const cspOf = ({ styles, fonts = '' }: CspSources & { readonly styles: string }) =>
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

/** Serves the dashboard's page at each of its routes, and the assets of all pages under `/assets/`. */
export function registerDashboard(app: FastifyInstance): void {
  for (const route of appRoutes) app.get(route, (_request, reply) => sendPage(reply, 'app'));
  registerAssets(app, join(BUILD_DIR, 'assets'));
}

/**
 * Sends a built page with a fresh nonce for its style elements.
 * @param page its folder in `src/dashboard`.
 */
export async function sendPage(
  reply: FastifyReply,
  page: string,
  sources: CspSources = {},
): Promise<FastifyReply> {
  const html = await readFile(join(BUILD_DIR, page, 'index.html'), 'utf8').catch(() => null);
  if (html === null) return reply.code(503).type('text/plain').send('The dashboard has not been built.\n');
  const nonce = randomBytes(16).toString('base64');
  return reply
    .type('text/html; charset=utf-8')
    .headers({
      'content-security-policy': cspOf({ styles: `'nonce-${nonce}'`, ...sources }),
      'cross-origin-opener-policy': 'same-origin',
    })
    .send(html.replaceAll('__CSP_NONCE__', nonce));
}
