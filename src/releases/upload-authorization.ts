import type { ServerResponse } from 'node:http';
import { finished, type Readable } from 'node:stream';
import { requirePermission } from '../sessions/authorization.js';
import type { Caller, Sessions } from '../sessions/sessions.js';
import { sentToken } from '../sessions/tokens/token-headers.js';
import type { Releases } from './releases.js';
import type { StagedPackage } from './storage.js';
import type { UploadSlots } from './upload-slots.js';

export interface UploadServices {
  readonly sessions: Sessions;
  readonly uploadSlots: UploadSlots;
}

/**
 * Authenticates the sender of a package before the body is read, and takes a slot for it until the response has ended.
 * @throws DomainError UNAUTHENTICATED, FORBIDDEN; as `UploadSlots.take`
 */
export async function admitUpload(
  { sessions, uploadSlots }: UploadServices,
  { ip: address }: { readonly ip: string },
  response: ServerResponse,
): Promise<Caller> {
  const token = sentToken(response.req.headers);
  const session = token === null ? null : await sessions.authenticate(token, { address });
  const caller = requirePermission(session, 'releases:publish');
  finished(response, uploadSlots.take(caller.user.id));
  return caller;
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
