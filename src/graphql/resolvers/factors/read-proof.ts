import { DomainError } from '../../../errors.js';
import type { FactorProof } from '../../../factors/second-factors.js';
import type { StepUpProof } from '../../../logins/step-ups.js';
import type { CompleteLoginInput, StepUpInput } from './second-factor.inputs.js';

/** The proof of a second factor. @throws DomainError INVALID_INPUT unless there is exactly one */
export const readFactorProof = ({ totpCode, recoveryCode }: CompleteLoginInput): FactorProof =>
  onlyOne({ totpCode: totp(totpCode), recoveryCode: recovery(recoveryCode) });

/** The proof of a step-up. @throws DomainError INVALID_INPUT unless there is exactly one */
export const readStepUpProof = ({ password, totpCode, recoveryCode }: StepUpInput): StepUpProof =>
  onlyOne<StepUpProof>({
    password: password == null ? null : { password },
    totpCode: totp(totpCode),
    recoveryCode: recovery(recoveryCode),
  });

const totp = (response: string | null | undefined): FactorProof | null =>
  response == null ? null : { method: 'TOTP', response, field: 'totpCode' };

const recovery = (response: string | null | undefined): FactorProof | null =>
  response == null ? null : { method: 'RECOVERY_CODE', response, field: 'recoveryCode' };

function onlyOne<T>(proofs: Readonly<Record<string, T | null>>): T {
  const [given, ...others] = Object.values(proofs).filter((proof) => proof !== null);
  if (given !== undefined && others.length === 0) return given;
  const names = Object.keys(proofs);
  const message = `Exactly one of ${names.join(', ')} must be given.`;
  throw new DomainError('INVALID_INPUT', message, { field: names[0] ?? '' });
}
