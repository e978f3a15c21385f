import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';

/** A way in which a socket is closed. */
interface Close {
  readonly code: number;
  /** Sent in the close frame; empty where the WebSocket library chooses it. */
  readonly reason: string;
  readonly meaning: string;
  /** Whether the client should connect again, by itself. */
  readonly reconnect: boolean;
}

/** All codes with which the gateway closes sockets. */
export const closes = {
  goingAway: {
    code: 1001,
    reason: 'Going away',
    meaning: 'The gateway is stopping.',
    reconnect: true,
  },
  protocolError: {
    code: 1002,
    reason: '',
    meaning: 'The client broke the WebSocket protocol.',
    reconnect: false,
  },
  invalidText: {
    code: 1007,
    reason: '',
    meaning: 'A text message was not valid UTF-8.',
    reconnect: false,
  },
  messageTooLarge: {
    code: 1009,
    reason: '',
    meaning: 'A message was larger than 256 KiB.',
    reconnect: false,
  },
  tryAgainLater: {
    code: 1013,
    reason: 'Try again later',
    meaning: 'The session could not be checked, because the database did not answer.',
    reconnect: true,
  },
  tooSlow: {
    code: 1013,
    reason: 'Too slow',
    meaning: 'The client left too many messages unread. The cursor of its last event is still good.',
    reconnect: true,
  },
  invalidMessage: {
    code: CloseCode.BadRequest,
    reason: 'Invalid message received',
    meaning: 'A message was not one of graphql-transport-ws.',
    reconnect: false,
  },
  notAcknowledged: {
    code: CloseCode.Unauthorized,
    reason: 'Unauthorized',
    meaning: 'An operation was sent before the connection was acknowledged.',
    reconnect: false,
  },
  forbidden: {
    code: CloseCode.Forbidden,
    reason: 'Forbidden',
    meaning: 'The token was invalid, its session ended, or the permissions of its user changed.',
    reconnect: true,
  },
  wrongProtocol: {
    code: CloseCode.SubprotocolNotAcceptable,
    reason: 'Subprotocol not acceptable',
    meaning: 'The client did not ask for graphql-transport-ws.',
    reconnect: false,
  },
  initTimeout: {
    code: CloseCode.ConnectionInitialisationTimeout,
    reason: 'Connection initialisation timeout',
    meaning: 'connection_init did not arrive within 3 seconds.',
    reconnect: true,
  },
  duplicateId: {
    code: CloseCode.SubscriberAlreadyExists,
    reason: 'Subscriber already exists',
    meaning: 'The id of an operation was already in use.',
    reconnect: false,
  },
  tooManyInits: {
    code: CloseCode.TooManyInitialisationRequests,
    reason: 'Too many initialisation requests',
    meaning: 'connection_init was sent twice.',
    reconnect: false,
  },
  tooManySocketsOfAddress: {
    code: CloseCode.TooManyInitialisationRequests,
    reason: 'Too many sockets of this address',
    meaning: 'The address has LIVE_SOCKETS_PER_ADDRESS sockets open.',
    reconnect: false,
  },
  tooManySocketsOfUser: {
    code: CloseCode.TooManyInitialisationRequests,
    reason: 'Too many sockets of this user',
    meaning: 'The user has LIVE_SOCKETS_PER_USER sockets open.',
    reconnect: false,
  },
  fault: {
    code: CloseCode.InternalServerError,
    reason: 'Internal server error',
    meaning: 'The gateway failed unexpectedly, and logged why.',
    reconnect: false,
  },
} as const satisfies Record<string, Close>;

export const close = (socket: Pick<WebSocket, 'close'>, { code, reason }: Close): void =>
  socket.close(code, reason);
