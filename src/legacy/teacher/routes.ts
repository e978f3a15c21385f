import { z } from 'zod';
import type { Services } from '../../services.js';
import type { Caller } from '../../sessions/sessions.js';
import type { Answer, Dialect, Handler, LegacyRequest } from '../dialect.js';
import { phoneField } from '../fields.js';
import type { Parameters } from '../parameters.js';
import { teacherDoor } from './door.js';
import { fail, failed, ok } from './envelope.js';
import { presentLogin } from './present.js';
import { readProfile } from './profile.js';

const Credentials = z.object({ phone: phoneField, password: z.string() });
const Passwords = z.object({ password: z.string(), passwordTwo: z.string(), passwordNew: z.string() });

export const teacher: Dialect = {
  door: teacherDoor,
  fail,
  routes: (services) => ({
    '/api/user/register': register(services),
    '/api/user/updateAccount': signedIn(updateAccount(services)),
    '/api/user/updatePassword': signedIn(updatePassword(services)),
    '/api/user/login': login(services),
  }),
};

const register =
  ({ users, config }: Services): Handler =>
  async ({ parameters, client }) => {
    if (lacks(parameters, ['phone', 'password'])) return failed(200001);
    const credentials = Credentials.safeParse(parameters);
    const profile = readProfile(parameters);
    if (!credentials.success || profile === null) return failed(200002);
    await users.register({ ...profile, ...credentials.data }, client.address, config.LEGACY_MIN_PASSWORD);
    return ok();
  };

const login =
  ({ logins }: Services): Handler =>
  async ({ parameters, client }) => {
    if (lacks(parameters, ['phone', 'password'])) return failed(200001);
    const input = Credentials.safeParse(parameters);
    if (!input.success) return failed(200002);
    const { phone, password } = input.data;
    const opened = await logins.withPassword(
      { login: phone, password, captcha: 'none' },
      client,
      teacherDoor,
    );
    return ok(presentLogin(opened.accessToken, opened.user));
  };

type SignedInHandler = (request: LegacyRequest, caller: Caller) => Promise<Answer>;

/** The token is looked at before anything else. */
const signedIn =
  (handle: SignedInHandler): Handler =>
  async (request) => {
    if (request.token === null) return failed(200011);
    const caller = await request.caller();
    return caller ? handle(request, caller) : failed(200012);
  };

const updateAccount =
  ({ users }: Services): SignedInHandler =>
  async ({ parameters }, caller) => {
    const profile = readProfile(parameters);
    if (profile === null) return failed(200002);
    await users.updateProfile(caller.user.id, profile);
    return ok();
  };

const updatePassword =
  ({ users, config }: Services): SignedInHandler =>
  async ({ parameters, client }, caller) => {
    if (lacks(parameters, ['password', 'passwordTwo', 'passwordNew'])) return failed(200001);
    const input = Passwords.safeParse(parameters);
    if (!input.success) return failed(200002);
    const { password: current, passwordTwo, passwordNew: next } = input.data;
    if (current !== passwordTwo) return failed(200009);
    const actor = { userId: caller.user.id, address: client.address };
    await users.changePassword(caller, { current, next }, actor, config.LEGACY_MIN_PASSWORD);
    return ok();
  };

/** The document's word is 不可为空: an empty text is missing too. */
const lacks = (parameters: Parameters, names: readonly string[]): boolean =>
  names.some((name) => [undefined, null, ''].some((nothing) => parameters[name] === nothing));
