import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../errors.js';

/** What a client says that the bytes must hash to. */
export interface ClaimedDigest {
  /** Once all is read. @param fileSha256 hex. */
  matches(fileSha256: string | undefined): boolean;
}

/** `sha-256=:…:` (RFC 9530) or `SHA-256=…` (RFC 3230). Other algorithms are passed over, as both say. */
const SHA256 = /(?:^|,)\s*sha-256=(?::([\w+/]{43}=):|([\w+/]{43}=))\s*(?:,|$)/i;

/**
 * The SHA-256 that `Content-Digest` or `Digest` names. By the letter it is of the whole body; some clients mean
 * the file: both pass. To be called before the body is read.
 * @throws DomainError INVALID_INPUT for a SHA-256 that is none.
 */
export function claimedDigest(request: IncomingMessage): ClaimedDigest | null {
  const header = [request.headers['content-digest'], request.headers.digest].flat().find(Boolean);
  if (!header || !/sha-256/i.test(header)) return null;
  const match = SHA256.exec(header);
  const base64 = match?.[1] ?? match?.[2];
  if (!base64) throw new DomainError('INVALID_INPUT', 'The digest header is malformed.', { field: 'sha256' });
  const claimed = Buffer.from(base64, 'base64').toString('hex');
  const body = createHash('sha256');
  request.on('data', (chunk: Buffer) => body.update(chunk));
  return {
    matches: (fileSha256) => claimed === fileSha256 || claimed === body.digest('hex'),
  };
}
