import { DomainError } from '../../../errors.js';
import type { FactorProof } from '../../../factors/second-factors.js';
import type { StepUpProof } from '../../../logins/step-ups.js';
import type { Context } from '../../context.js';
import { partyOf } from '../passkeys/party.js';
import type { CompleteLoginInput, StepUpInput } from './second-factor.inputs.js';

/** The proof of a second factor. @throws DomainError INVALID_INPUT unless there is exactly one */
export const readFactorProof = (
  { totpCode, passkey, recoveryCode }: CompleteLoginInput,
  context: Context,
): FactorProof =>
  onlyOne<FactorProof>({
    totpCode: totp(totpCode),
    passkey: passkeyProof(passkey, context),
    recoveryCode: recovery(recoveryCode),
  });

/** The proof of a step-up. @throws DomainError INVALID_INPUT unless there is exactly one */
export const readStepUpProof = (
  { password, totpCode, passkey, recoveryCode }: StepUpInput,
  context: Context,
): StepUpProof =>
  onlyOne<StepUpProof>({
    password: password == null ? null : { password },
    totpCode: totp(totpCode),
    passkey: passkeyProof(passkey, context),
    recoveryCode: recovery(recoveryCode),
  });

const totp = (response: string | null | undefined): FactorProof | null =>
  response == null ? null : { method: 'TOTP', response, field: 'totpCode' };

const passkeyProof = (credential: unknown, context: Context): FactorProof | null =>
  credential == null ? null : { method: 'PASSKEY', credential, party: partyOf(context) };

const recovery = (response: string | null | undefined): FactorProof | null =>
  response == null ? null : { method: 'RECOVERY_CODE', response, field: 'recoveryCode' };

function onlyOne<T>(proofs: Readonly<Record<string, T | null>>): T {
  const [given, ...others] = Object.values(proofs).filter((proof) => proof !== null);
  if (given !== undefined && others.length === 0) return given;
  const names = Object.keys(proofs);
  const message = `Exactly one of ${names.join(', ')} must be given.`;
  throw new DomainError('INVALID_INPUT', message, { field: names[0] ?? '' });
}
