import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { DomainError } from '../../errors.js';
import { requirePermission } from '../../sessions/authorization.js';
import { Session } from '../../sessions/session.entity.js';
import type { OpenedSession } from '../../sessions/sessions.js';
import { grantedPermissions, PUBLIC } from '../../users/permissions.js';
import { User } from '../../users/user.entity.js';
import { Allow } from '../authorization.js';
import { actorOf, type Context, clientOf, requireCaller } from '../context.js';
import { parseId } from '../id.js';
import { graphqlSessionPolicy } from '../session-policy.js';

@ObjectType({ description: 'A login that succeeded.' })
class AuthPayload {
  @Field(() => String, { description: 'For `Authorization: Bearer …`.' })
  accessToken!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Null where it went into the cookie of our own pages.',
  })
  refreshToken!: string | null;

  @Field(() => Date, { description: 'When the access token ends.' })
  expiresAt!: Date;

  @Field(() => User)
  user!: User;

  @Field(() => Session)
  session!: Session;
}

@InputType()
class LoginInput {
  @Field(() => String, { description: 'Username or phone.' })
  username!: string;

  @Field(() => String)
  password!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The id this client gives itself; needed with a captcha.',
  })
  deviceId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The answer of an image captcha; asked for by CAPTCHA_REQUIRED.',
  })
  captcha?: string | null;
}

@InputType()
class PhoneLoginInput {
  @Field(() => String)
  mobile!: string;

  @Field(() => String, { description: 'The code that `createCaptcha` sent.' })
  captcha!: string;

  @Field(() => String, { nullable: true, description: 'The device id that asked for the code.' })
  deviceId?: string | null;
}

@InputType()
class RegisterInput {
  @Field(() => String, { nullable: true })
  username?: string | null;

  @Field(() => String, { nullable: true })
  phone?: string | null;

  @Field(() => String, { description: 'Eight characters or more.' })
  password!: string;

  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => String, { nullable: true })
  nickname?: string | null;

  @Field(() => String, { nullable: true })
  email?: string | null;

  @Field(() => String, { nullable: true })
  deviceId?: string | null;
}

/** Sessions as the login that opened them answers them: current, though the request came without their token. */
const justOpened = new WeakSet<Session>();

@Resolver(() => Session)
export class SessionResolver {
  @Query(() => [Session], { description: 'Sessions that have not ended: yours, or those of a user.' })
  @Allow('sessions:own')
  sessions(
    @Arg('userId', () => ID, { nullable: true }) userId: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<Session[]> {
    const caller = requireCaller(context);
    const owner = userId == null ? caller.user.id : parseId(userId);
    if (owner !== caller.user.id) requirePermission(caller, 'sessions:manage');
    return context.services.sessions.listActive(owner);
  }

  @Mutation(() => AuthPayload)
  @Allow(PUBLIC)
  async login(@Arg('input') input: LoginInput, @Ctx() context: Context): Promise<AuthPayload> {
    const client = clientOf(context, input.deviceId);
    if (input.captcha) await context.services.imageCaptchas.solve(client.deviceId ?? '', input.captcha);
    const { username: login, password } = input;
    const credentials = { login, password, captcha: input.captcha ? 'solved' : 'possible' } as const;
    const opened = await context.services.passwordLogins
      .login(credentials, client, graphqlSessionPolicy)
      .catch(hideThatAccountExists);
    return signedIn(opened, context);
  }

  @Mutation(() => AuthPayload)
  @Allow(PUBLIC)
  async loginWithPhone(@Arg('input') input: PhoneLoginInput, @Ctx() context: Context): Promise<AuthPayload> {
    const credentials = { phone: input.mobile, code: input.captcha };
    const client = clientOf(context, input.deviceId);
    const opened = await context.services.phoneLogins.login(credentials, client, graphqlSessionPolicy, {
      createsAccount: false,
    });
    return signedIn(opened, context);
  }

  @Mutation(() => AuthPayload, {
    description: 'Redeems a ticket once it is APPROVED, on the device that asked for it.',
  })
  @Allow(PUBLIC)
  async loginWithScan(
    @Arg('ticket') ticket: string,
    @Arg('deviceId') deviceId: string,
    @Ctx() context: Context,
  ): Promise<AuthPayload> {
    const client = { ...clientOf(context, deviceId), deviceId };
    return signedIn(await context.services.scanLogins.login(ticket, client, graphqlSessionPolicy), context);
  }

  @Mutation(() => AuthPayload)
  @Allow(PUBLIC)
  async register(
    @Arg('input') { deviceId, ...input }: RegisterInput,
    @Ctx() context: Context,
  ): Promise<AuthPayload> {
    if (context.services.config.REGISTRATION === 'closed') {
      throw new DomainError('FORBIDDEN', 'Registration is closed.');
    }
    const client = clientOf(context, deviceId);
    return signedIn(
      await context.services.registrations.register(input, client, graphqlSessionPolicy),
      context,
    );
  }

  @Mutation(() => AuthPayload, {
    description: 'Rotates both tokens. A refresh token that was used before ends its session.',
  })
  @Allow(PUBLIC)
  async refreshSession(
    @Arg('refreshToken', () => String, { nullable: true }) refreshToken: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<AuthPayload> {
    const token = refreshToken ?? context.refreshCookie?.read();
    if (!token) throw new DomainError('UNAUTHENTICATED', 'There is no refresh token.');
    return authPayload(await context.services.sessions.refresh(token), context, refreshToken == null);
  }

  @Mutation(() => Boolean)
  @Allow('sessions:own')
  async logout(@Ctx() context: Context): Promise<boolean> {
    await context.services.sessions.logout(requireCaller(context), actorOf(context));
    context.refreshCookie?.clear();
    return true;
  }

  @Mutation(() => Session)
  @Allow('sessions:own')
  async revokeSession(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<Session> {
    return context.services.sessions.revokeAs(requireCaller(context), id, actorOf(context));
  }

  @FieldResolver(() => Boolean, { description: 'Whether it is the session that asks.' })
  current(@Root() session: Session, @Ctx() context: Context): boolean {
    return justOpened.has(session) || session.id === context.caller?.sessionId;
  }

  @FieldResolver(() => [String], {
    description: 'What its owner’s roles allow, as far as this session carries it.',
  })
  permissions(@Root() { user, restricted }: Session): string[] {
    const granted = user.roles.getItems().flatMap((role) => role.permissions);
    return [...grantedPermissions(granted, restricted)];
  }
}

/** A login. Whoever signs in anew on one of our own pages ends the session that it had (OWASP ASVS 5.0, 7.2.4). */
async function signedIn(opened: OpenedSession, context: Context): Promise<AuthPayload> {
  const { services, refreshCookie } = context;
  const earlierToken = refreshCookie?.read();
  const earlier = earlierToken ? await services.sessions.findByRefreshToken(earlierToken) : null;
  if (earlier) {
    await services.sessions.logout(earlier, { userId: earlier.user.id, address: context.client.address });
  }
  return authPayload(opened, context);
}

/** Our own pages get the refresh token as a cookie, everybody else in the answer. */
function authPayload(
  { accessToken, refreshToken, session, user }: OpenedSession,
  { refreshCookie, services }: Context,
  ownPage = refreshCookie !== null,
): AuthPayload {
  const cookie = ownPage && refreshToken ? refreshCookie : null;
  justOpened.add(session);
  if (refreshToken) cookie?.set(refreshToken, session.expiresAt, services.clock());
  return {
    accessToken,
    refreshToken: cookie ? null : refreshToken,
    expiresAt: session.tokenExpiresAt,
    user,
    session,
  };
}

/** The legacy documents tell a disabled account from a wrong password; this API does not. */
function hideThatAccountExists(error: unknown): never {
  if (error instanceof DomainError && error.code === 'ACCOUNT_DISABLED') {
    throw new DomainError('PASSWORD_WRONG', error.message);
  }
  throw error;
}
