import { ArgsType, Field, ID, InputType, registerEnumType } from 'type-graphql';
import { MAX_CLIENT_TEXT_LENGTH } from '../../../sessions/caller.js';
import { SEARCHED_SESSIONS } from '../../../sessions/open-sessions.js';
import { Api, SessionKind } from '../../../sessions/session.entity.js';
import { PageArgs } from '../../connection.js';
import { NEW_PASSWORD, PHONE, USERNAME } from '../users/user.inputs.js';

export const DEVICE_ID = `The id that this device gives itself: at most ${MAX_CLIENT_TEXT_LENGTH} characters. By default, the header X-Device-Id.`;

@InputType({ description: 'A login with a password.' })
export class LoginInput {
  @Field(() => String, { description: 'The username or the phone.' })
  username!: string;

  @Field(() => String, { description: 'The password.' })
  password!: string;

  @Field(() => String, { nullable: true, description: `${DEVICE_ID} Required with \`captcha\`.` })
  deviceId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The characters of the image captcha that this device asked for, after the error CAPTCHA_REQUIRED.',
  })
  captcha?: string | null;
}

@InputType({ description: 'A login with a code sent by SMS.' })
export class LoginWithPhoneInput {
  @Field(() => String, { description: 'The phone that the code was sent to.' })
  phone!: string;

  @Field(() => String, { description: 'The code that `createCaptcha` sent.' })
  captcha!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The id of the device that asked for the code. By default, the header X-Device-Id.',
  })
  deviceId?: string | null;
}

@InputType({ description: 'A login that was approved by scanning.' })
export class LoginWithScanInput {
  @Field(() => String, { description: 'The ticket that `createCaptcha` returned.' })
  ticket!: string;

  @Field(() => String, { description: 'The id of the device that asked for the ticket.' })
  deviceId!: string;
}

@InputType({ description: 'A new account of your own. It needs a username, a phone or both.' })
export class RegisterInput {
  @Field(() => String, {
    nullable: true,
    description: `${USERNAME} Unique, whatever the case of its letters. Not a phone number: that is \`phone\`.`,
  })
  username?: string | null;

  @Field(() => String, { nullable: true, description: PHONE })
  phone?: string | null;

  @Field(() => String, { description: NEW_PASSWORD })
  password!: string;

  @Field(() => String, { nullable: true, description: 'The full name.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The nickname.' })
  nickname?: string | null;

  @Field(() => String, { nullable: true, description: 'An address such as `li@example.com`.' })
  email?: string | null;

  @Field(() => String, { nullable: true, description: DEVICE_ID })
  deviceId?: string | null;
}

@InputType({ description: 'A refresh token to exchange.' })
export class RefreshSessionInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The refresh token. By default, the cookie of the dashboard, which only its own pages can use.',
  })
  refreshToken?: string | null;
}

export enum LogoutScope {
  SESSION = 'SESSION',
  ALL_SESSIONS = 'ALL_SESSIONS',
}
registerEnumType(LogoutScope, {
  name: 'LogoutScope',
  description: 'Which sessions a logout ends.',
  valuesConfig: {
    SESSION: { description: 'The session of this request.' },
    ALL_SESSIONS: { description: 'All your sessions, at every API.' },
  },
});

@InputType({ description: 'A logout.' })
export class LogoutInput {
  @Field(() => LogoutScope, { defaultValue: LogoutScope.SESSION, description: 'Which sessions to end.' })
  scope!: LogoutScope;
}

@InputType({ description: 'A session to end.' })
export class RevokeSessionInput {
  @Field(() => ID, { description: 'The id of the session.' })
  id!: string;
}

@InputType({ description: 'A user whose sessions are to end.' })
export class RevokeUserSessionsInput {
  @Field(() => ID, { description: 'The id of the user.' })
  userId!: string;
}

@InputType({ description: 'Which sessions. Omitted fields match everything.' })
export class SessionFilter {
  @Field(() => ID, { nullable: true, description: 'Sessions of this user.' })
  userId?: string | null;

  @Field(() => Api, { nullable: true, description: 'Sessions opened through this API.' })
  api?: Api | null;

  @Field(() => SessionKind, { nullable: true, description: 'Sessions of this kind.' })
  kind?: SessionKind | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Sessions whose device model, client version, device id or network address contains this, whatever the case of ' +
      `its letters: among the ${SEARCHED_SESSIONS} latest that the other fields select.`,
  })
  client?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Sessions of this device, by its node id: those whose login named it, and the one whose heartbeats count for it.',
  })
  deviceId?: string | null;
}

@ArgsType()
export class SessionsArgs extends PageArgs {
  @Field(() => SessionFilter, { nullable: true, description: 'Which sessions.' })
  filter?: SessionFilter | null;
}
