import { Field, ID, ObjectType } from 'type-graphql';
import { Passkey } from '../../../passkeys/passkey.entity.js';
import { JsonObject } from '../../json-object.js';
import { Authenticated } from '../sessions/session.payloads.js';

@ObjectType({ simpleResolvers: true, description: 'A challenge for a new passkey.' })
export class StartPasskeyRegistrationPayload {
  @Field(() => JsonObject, {
    description:
      'Options for `navigator.credentials.create`, for `PublicKeyCredential.parseCreationOptionsFromJSON`. Valid for 5 ' +
      'minutes and one answer.',
  })
  options!: object;
}

@ObjectType({ simpleResolvers: true, description: 'The new passkey.' })
export class FinishPasskeyRegistrationPayload {
  @Field(() => Passkey, { description: 'The passkey.' })
  passkey!: Passkey;

  @Field(() => [String], {
    nullable: true,
    description: 'Recovery codes, which are shown once; null if you had a second factor before.',
  })
  recoveryCodes!: readonly string[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'The renamed passkey.' })
export class RenamePasskeyPayload {
  @Field(() => Passkey, { description: 'The passkey as it is now.' })
  passkey!: Passkey;
}

@ObjectType({ simpleResolvers: true, description: 'The removed passkey.' })
export class RemovePasskeyPayload {
  @Field(() => ID, { description: 'Its id.' })
  removedPasskeyId!: string;
}

@ObjectType({ simpleResolvers: true, description: 'A challenge for a passkey.' })
export class StartPasskeyLoginPayload {
  @Field(() => JsonObject, {
    description:
      'Options for `navigator.credentials.get`, for `PublicKeyCredential.parseRequestOptionsFromJSON`. Valid for 5 ' +
      'minutes and one answer.',
  })
  options!: object;
}

@ObjectType({ implements: Authenticated, description: 'A login with a passkey.' })
export class FinishPasskeyLoginPayload extends Authenticated {}

@ObjectType({ simpleResolvers: true, description: 'A challenge for one of your passkeys.' })
export class StartPasskeyProofPayload {
  @Field(() => JsonObject, {
    description:
      'Options for `navigator.credentials.get`, for `PublicKeyCredential.parseRequestOptionsFromJSON`. Valid for 5 ' +
      'minutes and one answer.',
  })
  options!: object;
}
