import type { OpenedSession } from '../../sessions/sessions.js';

/** `expiredTime` is text, in milliseconds: the document's text says seconds, its sample has 13 digits. */
export const presentLogin = ({ accessToken, session }: OpenedSession) => ({
  accessToken,
  expiredTime: String(session.tokenExpiresAt.getTime()),
});
