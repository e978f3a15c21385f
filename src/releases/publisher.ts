import type { IncomingMessage } from 'node:http';
import { allowLongBody } from '../http/body-deadline.js';
import { readForm, type UploadForm } from '../http/multipart/form.js';
import { requirePermission } from '../sessions/authorization.js';
import type { Caller, Sessions } from '../sessions/sessions.js';
import { sentToken } from '../sessions/token-headers.js';
import type { Releases } from './releases.js';
import type { Received } from './storage.js';

/** Who uploads, decided before any of the body is read. @throws DomainError UNAUTHENTICATED, FORBIDDEN */
export async function requirePublisher(
  { sessions }: { readonly sessions: Sessions },
  { headers }: Pick<IncomingMessage, 'headers'>,
): Promise<Caller> {
  const token = sentToken(headers);
  return requirePermission(token === null ? null : await sessions.authenticate(token), 'releases:publish');
}

/** A form, and who sent it with the rights that they have now that it is in. */
export interface SentForm extends UploadForm<Received> {
  readonly sender: Caller;
}

/**
 * Reads the form that a publisher sends, who must be one still when it has come in: that may take hours.
 * @throws DomainError as `readForm` and `requirePublisher` do; then nothing that was received stays.
 */
export async function readFormOf(
  { sessionId }: Caller,
  request: IncomingMessage,
  { sessions, releases }: { readonly sessions: Sessions; readonly releases: Releases },
): Promise<SentForm> {
  allowLongBody(request);
  const form = await readForm(request, releases);
  try {
    return {
      ...form,
      sender: requirePermission(await sessions.findUnrevoked(sessionId), 'releases:publish'),
    };
  } catch (error) {
    await form.file?.received.discard();
    throw error;
  }
}
