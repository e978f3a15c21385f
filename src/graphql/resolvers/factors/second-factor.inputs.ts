import { Field, ID, InputType, Int } from 'type-graphql';
import { DEFAULT_RECOVERY_CODES, MAX_RECOVERY_CODES } from '../../../factors/recovery-codes.js';
import { MAX_ISSUER_LENGTH } from '../../../factors/totp.js';
import { JsonObject } from '../../json-object.js';
import { SecondFactorMethod } from './second-factor.types.js';

/** The proof of a second factor: exactly one field. */
@InputType()
abstract class SecondFactorProofInput {
  @Field(() => String, { nullable: true, description: 'A code of the authenticator app, which works once.' })
  totpCode?: string | null;

  @Field(() => JsonObject, {
    nullable: true,
    description:
      'What `navigator.credentials.get` returned for the options of `startPasskeyProof`, as `PublicKeyCredential.toJSON()` ' +
      'returns it.',
  })
  passkey?: unknown;

  @Field(() => String, { nullable: true, description: 'A recovery code, which works once.' })
  recoveryCode?: string | null;
}

@InputType({ description: 'The second step of a login: the challenge, and one proof.' })
export class CompleteLoginInput extends SecondFactorProofInput {
  @Field(() => String, {
    description: '`extensions.challenge.token` of the error SECOND_FACTOR_REQUIRED, within 5 minutes.',
  })
  challenge!: string;
}

@InputType({ description: 'One proof: the second factor if you have one, else the password.' })
export class StepUpInput extends SecondFactorProofInput {
  @Field(() => String, { nullable: true, description: 'Your password.' })
  password?: string | null;
}

@InputType({ description: 'An authenticator app to enrol.' })
export class StartTotpEnrollmentInput {
  @Field(() => String, {
    nullable: true,
    description: `What the app shows beside the account: at most ${MAX_ISSUER_LENGTH} characters. Gatehouse by default.`,
  })
  issuer?: string | null;
}

@InputType({ description: 'The confirmation of an authenticator app.' })
export class ConfirmTotpEnrollmentInput {
  @Field(() => String, { description: 'A code that the app shows.' })
  code!: string;
}

@InputType({ description: 'A second factor to remove.' })
export class RemoveSecondFactorInput {
  @Field(() => SecondFactorMethod, { description: 'Which one: TOTP.' })
  method!: SecondFactorMethod;
}

@InputType({ description: 'New recovery codes.' })
export class RegenerateRecoveryCodesInput {
  @Field(() => Int, {
    defaultValue: DEFAULT_RECOVERY_CODES,
    description: `How many: 1 to ${MAX_RECOVERY_CODES}.`,
  })
  count!: number;
}

@InputType({ description: 'An account whose second factors are lost.' })
export class ResetSecondFactorsInput {
  @Field(() => ID, { description: 'The id of the user.' })
  userId!: string;
}
