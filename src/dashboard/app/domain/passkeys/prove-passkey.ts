import { post } from '../../api/post.js';
import { StartPasskeyProofDocument } from '../../generated/graphql.js';
import { answerWithPasskey } from './browser-passkeys.js';

/**
 * Lets one of the account's passkeys prove a second factor.
 * @param challenge of a login; null for a step-up at the session of the token.
 * @returns the input of `completeLogin` or `stepUp`.
 * @throws Failure
 */
export async function provePasskey(challenge: string | null, token?: string): Promise<{ passkey: object }> {
  const started = await post(StartPasskeyProofDocument, { input: { challenge } }, token ? { token } : {});
  return { passkey: await answerWithPasskey(started.startPasskeyProof.options) };
}
