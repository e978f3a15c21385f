import { byteSize, doc, integer } from './setting-types.js';

export const limits = {
  UPLOAD_LIMIT: byteSize.prefault('4GiB').meta(doc('Maximum size of a package.')),
  // Schools and offices share one address, so that these limits are far above what people do.
  REGISTRATIONS_PER_ADDRESS: integer(1, 1_000_000)
    .prefault('100')
    .meta(doc('Maximum number of accounts that one address may create in an hour.')),
  CAPTCHAS_PER_ADDRESS: integer(1, 1_000_000)
    .prefault('1000')
    .meta(doc('Maximum number of image captchas and scan tickets that one address may request in an hour.')),
  SESSIONS_PER_USER: integer(1, 10_000_000)
    .prefault('20000')
    .meta(
      doc(
        'Maximum number of open sessions of one user. Beyond it, a login ends the sessions that were used least recently, those without an online device first. A user may open a twentieth of it in a minute, and at least 100.',
      ),
    ),
  DEVICES_PER_ACCOUNT: integer(1, 10_000_000)
    .prefault('10000')
    .meta(
      doc(
        'Maximum number of devices of one account. Heartbeats of further ones are refused; known devices are not affected. An account may add a tenth of it in a minute, and at least 100.',
      ),
    ),
  DEVICES_PER_ADDRESS: integer(1, 100_000_000)
    .prefault('100000')
    .meta(doc('Maximum number of devices that sessions opened from one address may add in an hour.')),
  LIVE_SOCKETS_PER_ADDRESS: integer(1, 1_000_000)
    .prefault('1000')
    .meta(
      doc('Maximum number of WebSockets of one address on each node; further ones are closed with 4429.'),
    ),
  LIVE_SOCKETS_PER_USER: integer(1, 1_000_000)
    .prefault('200')
    .meta(doc('Maximum number of WebSockets of one user on each node; further ones are closed with 4429.')),
  LIVE_SUBSCRIPTIONS_PER_SOCKET: integer(1, 10_000)
    .prefault('100')
    .meta(doc('Maximum number of operations on one WebSocket at a time; further ones fail with THROTTLED.')),
};
