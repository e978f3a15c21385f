import { types } from 'node:util';
import { stdSerializers } from 'pino';

/** The detail of a PostgreSQL error, as the ORM appends it to the message. */
const DETAIL = /\n - detail: [\s\S]*$/;

/**
 * An error as it is logged: type, message, stack and code, but not its detail, in which PostgreSQL quotes the failing row
 * with its hashes.
 */
export function loggedError(error: unknown): object {
  if (!types.isNativeError(error)) return { message: String(error) };
  const { type, message, stack, code } = stdSerializers.err(error);
  const withoutDetail = message.replace(DETAIL, '');
  return {
    type,
    message: withoutDetail,
    stack: stack.replaceAll(message, () => withoutDetail),
    ...(code === undefined ? {} : { code }),
  };
}
