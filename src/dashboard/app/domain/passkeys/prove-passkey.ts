import type { StartPasskeyProofMutation } from '../../generated/graphql.js';
import { answerWithPasskey } from './browser-passkeys.js';

/**
 * Lets one of the account's passkeys answer a challenge.
 * @returns the input of `completeLogin` or `stepUp`.
 * @throws Failure
 */
export const provePasskey = async ({
  startPasskeyProof: { options },
}: StartPasskeyProofMutation): Promise<{ passkey: object }> => ({
  passkey: await answerWithPasskey(options),
});
