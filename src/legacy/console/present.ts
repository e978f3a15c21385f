import type { OpenedSession } from '../../sessions/sessions.js';

/**
 * `data` of a login response. `expiredTime` is a string of milliseconds, like the document's sample; the document's
 * text says seconds.
 */
export const presentLogin = ({ accessToken, session }: OpenedSession) => ({
  accessToken,
  expiredTime: String(session.tokenExpiresAt.getTime()),
});
