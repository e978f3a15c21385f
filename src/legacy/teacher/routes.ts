import { z } from 'zod';
import type { Config } from '../../config.js';
import type { Services } from '../../services.js';
import type { PasswordPolicy } from '../../users/passwords/password-policy.js';
import { isSamePassword } from '../../users/passwords/password-text.js';
import type { Dialect } from '../dialect.js';
import { phoneField } from '../parameter-types.js';
import { type AuthenticatedHandler, authenticatedRoute, type Handler, route } from '../route.js';
import { fail, failure, ok } from './envelope.js';
import { presentLogin } from './present.js';
import { normalizeProfile, ProfileParameters, toProfile } from './profile-parameters.js';
import samples from './samples.json' with { type: 'json' };
import { teacherSessionPolicy } from './session-policy.js';

const Credentials = z.object({
  phone: phoneField.describe('Phone.'),
  password: z.string().describe('Password.'),
});
const Registration = Credentials.extend(ProfileParameters.shape);
const PasswordChange = z.object({
  password: z.string().describe('Old password.'),
  passwordTwo: z.string().describe('Old password again.'),
  passwordNew: z.string().describe('New password.'),
});

const parameterMissing = failure(200001);
const tokenMissing = failure(200011);
const passwordsDiffer = failure(200009);

export const teacher: Dialect = {
  sessionPolicy: teacherSessionPolicy,
  summary: 'Accounts of the back office of 2018.',
  fail,
  routes: {
    '/api/user/register': route({
      summary: 'Create an account.',
      parameters: Registration,
      normalize: normalizeProfile,
      missing: { phone: parameterMissing, password: parameterMissing },
      sample: samples['/api/user/register'],
      handler: register,
    }),
    '/api/user/updateAccount': authenticatedRoute({
      summary: "Change the fields of the caller's profile that are sent. An empty text clears a field.",
      parameters: ProfileParameters,
      normalize: normalizeProfile,
      token: 'userToken',
      permission: 'profile:own',
      sample: samples['/api/user/updateAccount'],
      failures: [tokenMissing],
      handler: updateAccount,
    }),
    '/api/user/updatePassword': authenticatedRoute({
      summary: "Change the caller's password. All their other sessions end.",
      parameters: PasswordChange,
      missing: { password: parameterMissing, passwordTwo: parameterMissing, passwordNew: parameterMissing },
      token: 'userToken',
      permission: 'profile:own',
      sample: samples['/api/user/updatePassword'],
      failures: [tokenMissing, passwordsDiffer],
      handler: updatePassword,
    }),
    '/api/user/login': route({
      summary:
        'Log in with a password. The token expires 2 days after its last use; times are in milliseconds.',
      parameters: Credentials,
      missing: { phone: parameterMissing, password: parameterMissing },
      sample: samples['/api/user/login'],
      handler: login,
    }),
  },
};

function register({ users, config }: Services): Handler<typeof Registration> {
  return async ({ phone, password, ...profile }, { client }) => {
    const account = { ...toProfile(profile), phone, password };
    await users.register(account, client.address, { password: passwordPolicy(config), email: 'any' });
    return ok();
  };
}

function login({ passwordLogins }: Services): Handler<typeof Credentials> {
  return async ({ phone: login, password }, { client, identify }) => {
    const { accessToken, session, user } = await passwordLogins.login(
      { login, password, captcha: 'none' },
      client,
      teacherSessionPolicy,
    );
    identify(session.id, user.id);
    return ok(presentLogin(accessToken, user));
  };
}

function updateAccount({ users }: Services): AuthenticatedHandler<typeof ProfileParameters> {
  return async (profile, caller) => {
    await users.updateProfile(caller.user.id, toProfile(profile), 'any');
    return ok();
  };
}

function updatePassword({ passwords, config }: Services): AuthenticatedHandler<typeof PasswordChange> {
  return async ({ password: currentPassword, passwordTwo, passwordNew: newPassword }, caller, { client }) => {
    if (!isSamePassword(currentPassword, passwordTwo)) return passwordsDiffer;
    const actor = { userId: caller.user.id, address: client.address };
    await passwords.change(caller, { currentPassword, newPassword }, actor, passwordPolicy(config));
    return ok();
  };
}

/** The document has its own minimum, and no failure for a password that is merely common. */
const passwordPolicy = ({ LEGACY_MIN_PASSWORD: minLength }: Config): PasswordPolicy => ({
  minLength,
  strict: false,
});
