import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { requirePermission } from '../sessions/authorization.js';
import type { Caller, Sessions } from '../sessions/sessions.js';
import { sentToken } from '../sessions/token-headers.js';
import type { Releases } from './releases.js';
import type { Received } from './storage.js';

/** The sender of a package, by the headers of the request alone. @throws DomainError UNAUTHENTICATED, FORBIDDEN */
export async function authenticatePublisher(
  sessions: Sessions,
  headers: IncomingHttpHeaders,
): Promise<Caller> {
  const token = sentToken(headers);
  return requirePermission(token === null ? null : await sessions.authenticate(token), 'releases:publish');
}

/**
 * Receives a package, and then authorises its sender again: an upload may take hours, in which they may have been
 * logged out or demoted.
 * @param authorize throws when the sender may not publish any more; then nothing of the package stays.
 * @throws DomainError as `Releases.receive`, and what the content fails with
 */
export async function receiveAuthorized(
  releases: Releases,
  content: Readable,
  authorize: () => Promise<unknown>,
): Promise<Received> {
  const received = await releases.receive(content);
  try {
    await authorize();
    return received;
  } catch (error) {
    await received.discard();
    throw error;
  }
}
