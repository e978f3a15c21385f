import { z } from 'zod';
import type { Config } from '../../config.js';
import type { Services } from '../../services.js';
import type { Caller } from '../../sessions/sessions.js';
import type { PasswordPolicy } from '../../users/password-policy.js';
import type { Dialect, Handler, LegacyRequest, LegacyResponse } from '../dialect.js';
import { phoneField } from '../parameter-types.js';
import type { RequestParameters } from '../request-parameters.js';
import { fail, failure, ok } from './envelope.js';
import { presentLogin } from './present.js';
import { ProfileFields, readProfile } from './profile-parameters.js';
import samples from './samples.json' with { type: 'json' };
import { teacherSessionPolicy } from './session-policy.js';

const Credentials = z.object({
  phone: phoneField.describe('The phone.'),
  password: z.string().describe('The password.'),
});
const Passwords = z.object({
  password: z.string().describe('The old password.'),
  passwordTwo: z.string().describe('The old password, repeated.'),
  passwordNew: z.string().describe('The new password.'),
});

export const teacher: Dialect = {
  sessionPolicy: teacherSessionPolicy,
  summary: 'Accounts of the back office of 2018.',
  fail,
  routes: {
    '/api/user/register': {
      summary: 'Open an account.',
      parameters: Credentials.extend(ProfileFields.shape),
      sample: samples['/api/user/register'],
      failures: [failure(200001)],
      handler: register,
    },
    '/api/user/updateAccount': {
      summary: 'Change what is sent of the own profile; an empty text clears.',
      parameters: ProfileFields,
      token: 'userToken',
      sample: samples['/api/user/updateAccount'],
      failures: [failure(200011)],
      handler: (services) => signedIn(updateAccount(services)),
    },
    '/api/user/updatePassword': {
      summary: 'Change the own password, which ends all other sessions.',
      parameters: Passwords,
      token: 'userToken',
      sample: samples['/api/user/updatePassword'],
      failures: [failure(200011), failure(200001), failure(200009)],
      handler: (services) => signedIn(updatePassword(services)),
    },
    '/api/user/login': {
      summary:
        'Log in with a password. The token is good for 2 days from its last use; times are in milliseconds.',
      parameters: Credentials,
      sample: samples['/api/user/login'],
      failures: [failure(200001)],
      handler: login,
    },
  },
};

function register({ users, config }: Services): Handler {
  return async ({ parameters, client }) => {
    if (lacks(parameters, ['phone', 'password'])) return failure(200001);
    const credentials = Credentials.safeParse(parameters);
    const profile = readProfile(parameters);
    if (!credentials.success || profile === null) return failure(200002);
    const account = { ...profile, ...credentials.data };
    await users.register(account, client.address, passwordPolicy(config), 'anything');
    return ok();
  };
}

function login({ logins }: Services): Handler {
  return async ({ parameters, client }) => {
    if (lacks(parameters, ['phone', 'password'])) return failure(200001);
    const input = Credentials.safeParse(parameters);
    if (!input.success) return failure(200002);
    const { phone, password } = input.data;
    const opened = await logins.withPassword(
      { login: phone, password, captcha: 'none' },
      client,
      teacherSessionPolicy,
    );
    return ok(presentLogin(opened.accessToken, opened.user));
  };
}

type SignedInHandler = (request: LegacyRequest, caller: Caller) => Promise<LegacyResponse>;

/** The token is looked at before anything else. */
const signedIn =
  (handle: SignedInHandler): Handler =>
  async (request) => {
    if (request.token === null) return failure(200011);
    const caller = await request.caller();
    return caller ? handle(request, caller) : failure(200012);
  };

const updateAccount =
  ({ users }: Services): SignedInHandler =>
  async ({ parameters }, caller) => {
    const profile = readProfile(parameters);
    if (profile === null) return failure(200002);
    await users.updateProfile(caller.user.id, profile, 'anything');
    return ok();
  };

const updatePassword =
  ({ passwords, config }: Services): SignedInHandler =>
  async ({ parameters, client }, caller) => {
    if (lacks(parameters, ['password', 'passwordTwo', 'passwordNew'])) return failure(200001);
    const input = Passwords.safeParse(parameters);
    if (!input.success) return failure(200002);
    const { password: current, passwordTwo, passwordNew: next } = input.data;
    if (current !== passwordTwo) return failure(200009);
    const actor = { userId: caller.user.id, address: client.address };
    await passwords.change(caller, { current, next }, actor, passwordPolicy(config));
    return ok();
  };

/** The document has rules of its own for new passwords, and no answer for one that is merely common. */
const passwordPolicy = ({ LEGACY_MIN_PASSWORD: minLength }: Config): PasswordPolicy => ({
  minLength,
  rejectsCommon: false,
});

/** The document's word is 不可为空: an empty text is missing too. */
const lacks = (parameters: RequestParameters, names: readonly string[]): boolean =>
  names.some((name) => [undefined, null, ''].some((nothing) => parameters[name] === nothing));
