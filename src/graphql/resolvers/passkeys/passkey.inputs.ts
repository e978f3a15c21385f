import { Field, ID, InputType } from 'type-graphql';
import { MAX_PASSKEY_NAME_LENGTH } from '../../../passkeys/passkey-name.js';
import { JsonObject } from '../../json-object.js';
import { DEVICE_ID } from '../sessions/session.inputs.js';

const NAME = `What to call it: 1 to ${MAX_PASSKEY_NAME_LENGTH} characters.`;
const CREDENTIAL = 'as `PublicKeyCredential.toJSON()` returns it.';

@InputType({ description: 'A passkey to add.' })
export class StartPasskeyRegistrationInput {
  @Field(() => String, { nullable: true, description: `${NAME} By default, the browser.` })
  name?: string | null;
}

@InputType({ description: 'The answer of the authenticator.' })
export class FinishPasskeyRegistrationInput {
  @Field(() => JsonObject, {
    description: `What \`navigator.credentials.create\` returned for the options of \`startPasskeyRegistration\`, ${CREDENTIAL}`,
  })
  credential!: unknown;
}

@InputType({ description: 'A passkey to rename.' })
export class RenamePasskeyInput {
  @Field(() => ID, { description: 'The id of the passkey.' })
  id!: string;

  @Field(() => String, { description: NAME })
  name!: string;
}

@InputType({ description: 'A passkey to remove.' })
export class RemovePasskeyInput {
  @Field(() => ID, { description: 'The id of the passkey.' })
  id!: string;
}

@InputType({ description: 'A login with a passkey.' })
export class StartPasskeyLoginInput {
  @Field(() => String, { nullable: true, description: DEVICE_ID })
  deviceId?: string | null;
}

@InputType({ description: 'The answer of the passkey.' })
export class FinishPasskeyLoginInput {
  @Field(() => JsonObject, {
    description: `What \`navigator.credentials.get\` returned for the options of \`startPasskeyLogin\`, ${CREDENTIAL}`,
  })
  credential!: unknown;

  @Field(() => String, {
    nullable: true,
    description: 'The id of the device that began the login. By default, the header X-Device-Id.',
  })
  deviceId?: string | null;
}

@InputType({ description: 'What a passkey is to prove.' })
export class StartPasskeyProofInput {
  @Field(() => String, {
    nullable: true,
    description:
      '`extensions.challenge.token` of the error SECOND_FACTOR_REQUIRED, for `completeLogin`. By default, the proof is for ' +
      '`stepUp` at this session.',
  })
  challenge?: string | null;
}
