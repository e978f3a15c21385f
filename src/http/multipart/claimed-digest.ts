import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../errors.js';

/** The SHA-256 that the headers of an upload claim. */
export interface ClaimedDigest {
  addFile(chunk: Buffer): void;
  /** Once the whole body was read. */
  matches(): boolean;
}

/** `sha-256=:…:` (RFC 9530) or `SHA-256=…` (RFC 3230). Both say to ignore other algorithms. */
const SHA256 = /(?:^|,)\s*sha-256=(?::([\w+/]{43}=):|([\w+/]{43}=))\s*(?:,|$)/i;

/**
 * Reads `Content-Digest`, else `Digest`. Both are of the whole body, but some clients send that of the file, so
 * either matches. To be called before the body is read.
 * @returns null without a SHA-256.
 * @throws DomainError INVALID_INPUT for a malformed SHA-256.
 */
export function claimedDigest(request: IncomingMessage): ClaimedDigest | null {
  const header = [request.headers['content-digest'], request.headers.digest].flat().find(Boolean);
  if (!header || !/sha-256/i.test(header)) return null;
  const match = SHA256.exec(header);
  const base64 = match?.[1] ?? match?.[2];
  if (!base64) throw new DomainError('INVALID_INPUT', 'The digest header is malformed.', { field: 'sha256' });
  const body = createHash('sha256');
  const file = createHash('sha256');
  request.on('data', (chunk: Buffer) => body.update(chunk));
  return {
    addFile: (chunk) => file.update(chunk),
    matches: () => [body, file].some((hash) => hash.digest('base64') === base64),
  };
}
