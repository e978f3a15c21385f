import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { AccountFactors, AuthenticatorUse, FactorMethod } from '../../../factors/account-factors.js';
import { UserPayload } from '../users/user.payloads.js';

export const SecondFactorMethod = {
  TOTP: 'TOTP',
  PASSKEY: 'PASSKEY',
  RECOVERY_CODE: 'RECOVERY_CODE',
} as const satisfies { readonly [method in FactorMethod]: method };
export type SecondFactorMethod = FactorMethod;
registerEnumType(SecondFactorMethod, {
  name: 'SecondFactorMethod',
  description: 'What proves a second factor.',
  valuesConfig: {
    TOTP: { description: 'A code of an authenticator app.' },
    PASSKEY: { description: 'A passkey. It signs in without a password, too.' },
    RECOVERY_CODE: { description: 'One of the codes that were shown when the first factor was enrolled.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'The authenticator app of an account.' })
export class AuthenticatorApp implements AuthenticatorUse {
  @Field(() => Date, { description: 'When it was confirmed.' })
  addedAt!: Date;

  @Field(() => Date, {
    description: 'When a code of it was last accepted, that which confirmed it included, to the half minute.',
  })
  lastUsedAt!: Date;
}

@ObjectType({ simpleResolvers: true, description: 'The second factors of an account.' })
export class SecondFactors implements AccountFactors {
  readonly userId!: number;

  @Field(() => [SecondFactorMethod], {
    description: 'What its owner can prove one with; empty if the account has none.',
  })
  methods!: readonly SecondFactorMethod[];

  @Field(() => Date, { nullable: true, description: 'Since when it has one; null if it has none.' })
  since!: Date | null;

  @Field(() => AuthenticatorApp, {
    nullable: true,
    description: 'Its authenticator app; null if it has none.',
  })
  authenticator!: AuthenticatorApp | null;

  @Field(() => Int, { description: 'How many recovery codes it has left.' })
  recoveryCodesLeft!: number;

  @Field(() => Boolean, { description: 'Whether a role of the account requires one.' })
  required!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'The proof, which is fresh now.' })
export class StepUpPayload {
  @Field(() => Date, { description: 'Until when this session may do what requires a step-up.' })
  expiresAt!: Date;
}

@ObjectType({ simpleResolvers: true, description: 'A secret for an authenticator app, which is shown once.' })
export class StartTotpEnrollmentPayload {
  @Field(() => String, { description: 'The secret in base32, to type into an app.' })
  secret!: string;

  @Field(() => String, { description: 'The content of the QR code for the app: `otpauth://…`.' })
  uri!: string;

  @Field(() => String, { description: 'The QR code, as an SVG document.' })
  qrCode!: string;

  @Field(() => Date, { description: 'Until when the secret can be confirmed.' })
  expiresAt!: Date;
}

@ObjectType({ simpleResolvers: true, description: 'The user, whose authenticator app is active now.' })
export class ConfirmTotpEnrollmentPayload extends UserPayload {
  @Field(() => [String], {
    nullable: true,
    description: 'Recovery codes, which are shown once; null if you had a second factor before.',
  })
  recoveryCodes!: readonly string[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'The user without the factor.' })
export class RemoveSecondFactorPayload extends UserPayload {}

@ObjectType({ simpleResolvers: true, description: 'The new codes. Those that you had stop working.' })
export class RegenerateRecoveryCodesPayload {
  @Field(() => [String], { description: 'The codes, which are shown once.' })
  recoveryCodes!: readonly string[];
}

@ObjectType({ simpleResolvers: true, description: 'The user, who has no second factor now.' })
export class ResetSecondFactorsPayload extends UserPayload {}
