import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { DomainError } from '../../../errors.js';
import type { OpenedSession } from '../../../sessions/sessions.js';
import { PUBLIC } from '../../../users/permissions.js';
import { Allow } from '../../authorization.js';
import { actorOf, type Context, clientOf } from '../../context.js';
import { graphqlSessionPolicy } from '../../session-policy.js';
import { readFactorProof } from '../factors/read-proof.js';
import { CompleteLoginInput } from '../factors/second-factor.inputs.js';
import {
  LoginInput,
  LoginWithPhoneInput,
  LoginWithScanInput,
  RefreshSessionInput,
  RegisterInput,
} from './session.inputs.js';
import {
  type Authenticated,
  CompleteLoginPayload,
  LoginPayload,
  LoginWithPhonePayload,
  LoginWithScanPayload,
  RefreshSessionPayload,
  RegisterPayload,
} from './session.payloads.js';

@Resolver()
export class LoginResolver {
  @Mutation(() => LoginPayload, {
    description:
      'Signs in with a password. SECOND_FACTOR_REQUIRED, as at the other logins, has a challenge in ' +
      '`extensions.challenge`, which `completeLogin` turns into a session: `token`, `expiresAt` and `methods`. After repeated failures it requires an image captcha (CAPTCHA_REQUIRED), and after a ' +
      'hundred in an hour it refuses further attempts (THROTTLED). Neither limits a device that the account has signed ' +
      'in from.',
  })
  @Allow(PUBLIC)
  async login(
    @Arg('input', { description: 'The credentials.' }) input: LoginInput,
    @Ctx() context: Context,
  ): Promise<LoginPayload> {
    const { imageCaptchas, passwordLogins } = context.services;
    const client = clientOf(context, input.deviceId);
    if (input.captcha) await imageCaptchas.solve(client.deviceId ?? '', input.captcha, client);
    const { username: login, password } = input;
    const credentials = { login, password, captcha: input.captcha ? 'solved' : 'possible' } as const;
    const opened = await passwordLogins
      .login(credentials, client, graphqlSessionPolicy)
      .catch(hideDisabledAccount);
    return signIn(opened, context);
  }

  @Mutation(() => LoginWithPhonePayload, {
    description: 'Signs in with a code that `createCaptcha` sent to the phone of an account.',
  })
  @Allow(PUBLIC)
  async loginWithPhone(
    @Arg('input', { description: 'The phone and the code.' })
    { phone, captcha, deviceId }: LoginWithPhoneInput,
    @Ctx() context: Context,
  ): Promise<LoginWithPhonePayload> {
    const client = clientOf(context, deviceId);
    const credentials = { phone, code: captcha };
    const opened = await context.services.phoneLogins.login(credentials, client, graphqlSessionPolicy, {
      createsAccount: false,
    });
    return signIn(opened, context);
  }

  @Mutation(() => LoginWithScanPayload, {
    description: 'Redeems a ticket once it is APPROVED, on the device that asked for it.',
  })
  @Allow(PUBLIC)
  async loginWithScan(
    @Arg('input', { description: 'The ticket and its device.' }) { ticket, deviceId }: LoginWithScanInput,
    @Ctx() context: Context,
  ): Promise<LoginWithScanPayload> {
    const client = { ...clientOf(context, deviceId), deviceId };
    const opened = await context.services.scanLogins.login(ticket, client, graphqlSessionPolicy);
    return signIn(opened, context);
  }

  @Mutation(() => CompleteLoginPayload, {
    description:
      'Completes a login that was answered with the error SECOND_FACTOR_REQUIRED. Five attempts, right or wrong, use up a ' +
      'challenge, and so does a new password.',
  })
  @Allow(PUBLIC)
  async completeLogin(
    @Arg('input', { description: 'The challenge and the proof.' }) input: CompleteLoginInput,
    @Ctx() context: Context,
  ): Promise<CompleteLoginPayload> {
    const { loginChallenges } = context.services;
    const proof = readFactorProof(input, context);
    const opened = await loginChallenges
      .complete(input.challenge, proof, context.client, graphqlSessionPolicy)
      .catch(hideDisabledAccount);
    return signIn(opened, context);
  }

  @Mutation(() => RegisterPayload, {
    description: 'Creates an account and signs in. FORBIDDEN where registration is closed.',
  })
  @Allow(PUBLIC)
  async register(
    @Arg('input', { description: 'The account.' }) { deviceId, ...account }: RegisterInput,
    @Ctx() context: Context,
  ): Promise<RegisterPayload> {
    if (context.services.config.REGISTRATION === 'closed') {
      throw new DomainError('FORBIDDEN', 'Registration is closed.');
    }
    const client = clientOf(context, deviceId);
    return signIn(
      await context.services.registrations.register(account, client, graphqlSessionPolicy),
      context,
    );
  }

  @Mutation(() => RefreshSessionPayload, {
    description:
      'Exchanges a refresh token for a new access token and a new refresh token; the old ones stop working. A ' +
      'refresh token that is used twice ends its session.',
  })
  @Allow(PUBLIC)
  async refreshSession(
    @Arg('input', { description: 'The refresh token.' }) { refreshToken }: RefreshSessionInput,
    @Ctx() context: Context,
  ): Promise<RefreshSessionPayload> {
    const token = refreshToken ?? context.refreshCookie?.read();
    if (!token) throw new DomainError('UNAUTHENTICATED', 'There is no refresh token.');
    const session = await context.services.sessions.refresh(token, actorOf(context));
    return authenticated(session, context, refreshToken == null);
  }
}

/** A new login on a page of the dashboard ends the session that the page had (OWASP ASVS 5.0, 7.2.4). */
export async function signIn(opened: OpenedSession, context: Context): Promise<Authenticated> {
  const { services, refreshCookie } = context;
  const earlierToken = refreshCookie?.read();
  const earlier = earlierToken ? await services.sessions.findByRefreshToken(earlierToken) : null;
  if (earlier) {
    await services.sessions.endings.logout(earlier, {
      userId: earlier.user.id,
      address: context.client.address,
    });
  }
  return authenticated(opened, context);
}

/** Pages of the dashboard get the refresh token as a cookie, all other clients in the payload. */
function authenticated(
  opened: OpenedSession,
  context: Context,
  ownPage = context.refreshCookie !== null,
): Authenticated {
  const { refreshCookie, services } = context;
  const { accessToken, refreshToken, session, user } = opened;
  const cookie = ownPage && refreshToken ? refreshCookie : null;
  if (refreshToken) cookie?.set(refreshToken, session.expiresAt, services.clock());
  context.caller = services.sessions.callerOf(opened);
  return {
    accessToken,
    refreshToken: cookie ? null : refreshToken,
    expiresAt: session.tokenExpiresAt,
    user,
    session,
  };
}

/** The legacy documents tell a disabled account from a wrong password; this API does not. */
function hideDisabledAccount(error: unknown): never {
  if (error instanceof DomainError && error.code === 'ACCOUNT_DISABLED') {
    throw new DomainError('PASSWORD_WRONG', error.message);
  }
  throw error;
}
