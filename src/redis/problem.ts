import { types } from 'node:util';
import { StartError } from '../errors.js';

/** The code at the start of an error that Redis answers with, such as READONLY or OOM. */
const CODE = /^[A-Z]{3,}\b/;

/** Why Redis cannot be used, in a sentence without addresses. @param error of a command, if Redis has answered one. */
export function problemOf(error: unknown): string {
  if (error instanceof StartError) return error.message;
  const [code] = CODE.exec(types.isNativeError(error) ? error.message : '') ?? [];
  return code === undefined ? 'Redis does not answer.' : `Redis refuses commands: ${code}.`;
}
