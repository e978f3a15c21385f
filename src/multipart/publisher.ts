import type { IncomingHttpHeaders } from 'node:http';
import { DomainError } from '../errors.js';
import type { Services } from '../services.js';
import type { Caller } from '../sessions/sessions.js';
import { sentToken } from '../sessions/tokens.js';

/** Who uploads, decided before any of the body is read. @throws DomainError UNAUTHENTICATED, FORBIDDEN */
export async function requirePublisher(
  { sessions }: Services,
  headers: IncomingHttpHeaders,
): Promise<Caller> {
  const token = sentToken(headers);
  const caller = token === null ? null : await sessions.authenticate(token);
  if (!caller) {
    throw new DomainError('UNAUTHENTICATED', 'You are not signed in, or your session has ended.');
  }
  if (caller.permissions.has('releases:publish')) return caller;
  throw new DomainError('FORBIDDEN', 'You may not publish releases.');
}
