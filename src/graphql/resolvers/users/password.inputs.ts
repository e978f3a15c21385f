import { Field, ID, InputType } from 'type-graphql';
import { DEVICE_ID } from '../sessions/session.inputs.js';
import { NEW_PASSWORD } from './user.inputs.js';

const NEXT_PASSWORD = `The password from now on. ${NEW_PASSWORD}`;

@InputType({ description: 'A password change.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The password until now.' })
  currentPassword!: string;

  @Field(() => String, { description: NEXT_PASSWORD })
  newPassword!: string;
}

@InputType({ description: 'The first password of an account.' })
export class SetPasswordInput {
  @Field(() => String, { description: NEXT_PASSWORD })
  newPassword!: string;
}

@InputType({ description: 'A code to ask for.' })
export class RequestPasswordResetInput {
  @Field(() => String, { description: 'The phone of the account.' })
  phone!: string;

  @Field(() => String, {
    nullable: true,
    description: `${DEVICE_ID} \`resetPassword\` must name the same id.`,
  })
  deviceId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The characters of an image captcha, after the error CAPTCHA_REQUIRED.',
  })
  captcha?: string | null;
}

@InputType({ description: 'A new password, with a code sent by SMS.' })
export class ResetPasswordInput {
  @Field(() => String, { description: 'The phone that the code was sent to.' })
  phone!: string;

  @Field(() => String, { description: 'The code that `requestPasswordReset` sent.' })
  code!: string;

  @Field(() => String, { description: NEXT_PASSWORD })
  newPassword!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The id of the device that asked for the code. By default, the header X-Device-Id.',
  })
  deviceId?: string | null;
}

@InputType({ description: 'An account whose password is to be reset with a link.' })
export class CreatePasswordResetLinkInput {
  @Field(() => ID, { description: 'The id of the user.' })
  userId!: string;
}

@InputType({ description: 'A new password, with the token of a link.' })
export class ResetPasswordWithLinkInput {
  @Field(() => String, {
    description: 'What follows `#` in the link that `createPasswordResetLink` returned.',
  })
  token!: string;

  @Field(() => String, { description: NEXT_PASSWORD })
  newPassword!: string;
}
