import { types } from 'node:util';
import { stdSerializers } from 'pino';

/** Where the ORM puts what PostgreSQL calls the detail of an error. */
const DETAIL = /\n - detail: [\s\S]*$/;

/**
 * An error as the log shows it: kind, message, stack and code. Not its detail: there PostgreSQL quotes the row at
 * fault, hashes included.
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
