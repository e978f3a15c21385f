import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors.js';
import { requestLog } from '../http/request-log.js';
import { addressBucket } from '../rate-limits/address-bucket.js';
import type { FairTurns } from '../rate-limits/fair-turns.js';
import type { Release } from '../releases/release.entity.js';
import type { Releases } from '../releases/releases.js';
import type { ByteRange, OpenPackage, PackageLinks } from '../releases/storage.js';
import { ByteRanges, contentRange } from './byte-ranges.js';
import { evaluateConditions, isRangeCurrent, type Validators } from './conditions.js';
import { PackageBody } from './package-body.js';
import { readRanges } from './ranges.js';

/** The storage is asked every ten seconds whether it answers again. */
const RETRY_AFTER_S = 10;
const PACKAGE_TYPE = 'application/octet-stream';

/** What downloads need. */
export interface DownloadServices {
  readonly releases: Releases;
  /** Null to send the packages themselves. */
  readonly packageLinks: PackageLinks | null;
  readonly databaseTurns: FairTurns;
}

/**
 * Serves published packages at `/dist/<name>`, whole or in ranges, without authentication.
 * Redirects clients to where the packages are stored, if there are links.
 */
export function registerDownloads(
  app: FastifyInstance,
  { releases, packageLinks: links, databaseTurns }: DownloadServices,
): void {
  app.route<{ Params: { '*': string } }>({
    method: ['GET', 'HEAD'],
    url: '/dist/*',
    handler: async (request, reply) => {
      const waiter = { caller: addressBucket(request.ip) };
      const release = await databaseTurns.run(waiter, 1, () => releases.findPackage(request.params['*']));
      if (!release) return refuse(reply, 404, 'There is no such package.');
      if (release.withdrawnAt) return refuse(reply, 410, 'The package has been withdrawn.');
      return sendPackage(request, reply, release, { releases, links });
    },
  });
}

const refuse = (reply: FastifyReply, status: number, text: string) =>
  reply.code(status).type('text/plain').send(`${text}\n`);

async function sendPackage(
  request: FastifyRequest,
  reply: FastifyReply,
  release: Release,
  { releases, links }: { readonly releases: Releases; readonly links: PackageLinks | null },
): Promise<FastifyReply> {
  const { size } = release;
  const validators = { etag: `"${release.sha256}"`, lastModified: release.publishedAt };
  const status = evaluateConditions(request.headers, validators);
  if (status === 412) return refuse(reply, 412, 'The package does not meet the conditions.');
  if (status === 304) return reply.code(304).headers(cacheHeaders(validators)).send();
  const ranges = wantedRanges(request, size, validators);
  if (ranges?.length === 0) {
    return refuse(
      reply.header('content-range', `bytes */${size}`),
      416,
      'The package has none of these bytes.',
    );
  }
  try {
    if (links && canRedirect(request, ranges)) return await redirect(reply, release, links);
    const whole = { start: 0, end: size - 1 };
    const opened = await releases.openPackage(release, isHead(request) ? [] : (ranges ?? [whole]));
    reply.headers({ ...cacheHeaders(validators), ...packageHeaders(release) });
    if (!isHead(request)) return sendRanges(reply, opened, ranges, size);
    await opened.close();
    return reply.header('content-length', size).send();
  } catch (error) {
    requestLog(request).error({ err: error }, 'package cannot be read');
    return error instanceof DomainError
      ? refuse(
          reply.header('retry-after', RETRY_AFTER_S),
          503,
          'The package cannot be read now; try again later.',
        )
      : refuse(reply, 500, 'The package cannot be read.');
  }
}

const isHead = ({ method }: FastifyRequest) => method === 'HEAD';

async function redirect(reply: FastifyReply, release: Release, links: PackageLinks): Promise<FastifyReply> {
  const url = await links.link(release.sha256, contentDisposition(release.packageName));
  return reply.header('cache-control', 'no-store').redirect(url, 302);
}

/**
 * Whether the storage answers a request as the gateway would. It sends one range at most, and compares the conditions,
 * which a client repeats there, with validators of its own.
 */
const canRedirect = ({ method, headers }: FastifyRequest, ranges: readonly ByteRange[] | null): boolean =>
  method === 'GET' &&
  (ranges ?? []).length < 2 &&
  !Object.keys(headers).some((name) => name.startsWith('if-'));

/**
 * Those of a 304, too, which replace the stored ones (RFC 9111, 3.2). A package can be withdrawn, so a cache must ask
 * before it serves one. It is uploaded content on the gateway's own origin: a browser must run nothing of it.
 */
const cacheHeaders = ({ etag, lastModified }: Validators) => ({
  'content-security-policy': 'sandbox',
  'cache-control': 'no-cache',
  etag,
  'last-modified': lastModified.toUTCString(),
});

/** A browser must save a package. */
const packageHeaders = ({ packageName }: Release) => ({
  'content-type': PACKAGE_TYPE,
  'content-disposition': contentDisposition(packageName),
  'accept-ranges': 'bytes',
});

/** @returns null for the whole package; `Range` is defined for GET alone (RFC 9110, 14.2). */
function wantedRanges(
  { method, headers }: FastifyRequest,
  size: number,
  validators: Validators,
): ByteRange[] | null {
  if (method !== 'GET' || headers.range === undefined) return null;
  return isRangeCurrent(headers, validators) ? readRanges(headers.range, size) : null;
}

/** Closes the package when the response ends. */
function sendRanges(
  reply: FastifyReply,
  opened: OpenPackage,
  ranges: readonly ByteRange[] | null,
  size: number,
): FastifyReply {
  const [range = { start: 0, end: size - 1 }, ...others] = ranges ?? [];
  const body = (pieces: Iterator<Buffer | ByteRange>) => new PackageBody(opened, pieces, reply.raw);
  if (ranges) reply.code(206);
  if (ranges && others.length > 0) {
    const parts = new ByteRanges(ranges, PACKAGE_TYPE, size);
    reply.type(parts.contentType).header('content-length', parts.contentLength);
    return reply.send(body(parts.pieces()));
  }
  if (ranges) reply.header('content-range', contentRange(range, size));
  return reply.header('content-length', range.end - range.start + 1).send(body([range].values()));
}
