import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { requirePermission } from '../sessions/authorization.js';
import type { Caller, Sessions } from '../sessions/sessions.js';
import { sentToken } from '../sessions/tokens/token-headers.js';
import type { Releases } from './releases.js';
import type { StagedPackage } from './storage.js';

/** Authenticates the sender of a package before the body is read. @throws DomainError UNAUTHENTICATED, FORBIDDEN */
export async function authenticatePublisher(
  sessions: Sessions,
  headers: IncomingHttpHeaders,
): Promise<Caller> {
  const token = sentToken(headers);
  return requirePermission(token === null ? null : await sessions.authenticate(token), 'releases:publish');
}

/**
 * Receives a package and then authorises its sender again: an upload may take hours, and meanwhile the sender may have
 * been logged out or demoted.
 * @param authorize throws if the sender may no longer publish. The package is then discarded.
 * @throws DomainError like `Releases.receive` and `authorize`.
 */
export async function receiveAuthorized(
  releases: Releases,
  content: Readable,
  authorize: () => Promise<unknown>,
): Promise<StagedPackage> {
  const staged = await releases.receive(content);
  try {
    await authorize();
    return staged;
  } catch (error) {
    await staged.discard();
    throw error;
  }
}
