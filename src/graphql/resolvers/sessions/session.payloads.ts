import { Field, Int, InterfaceType, ObjectType } from 'type-graphql';
import { Session } from '../../../sessions/session.entity.js';
import { User } from '../../../users/user.entity.js';

@InterfaceType({ description: 'What every mutation that signs in returns.' })
export abstract class Authenticated {
  @Field(() => String, {
    simple: true,
    description: 'The access token: send it as `Authorization: Bearer <token>`.',
  })
  accessToken!: string;

  @Field(() => String, {
    simple: true,
    nullable: true,
    description:
      'The token that `refreshSession` exchanges for new ones. Null for the pages of the dashboard: they get it as a ' +
      'cookie that scripts cannot read.',
  })
  refreshToken!: string | null;

  @Field(() => Date, { simple: true, description: 'When the access token expires.' })
  expiresAt!: Date;

  @Field(() => User, { simple: true, description: 'The signed-in user.' })
  user!: User;

  @Field(() => Session, { simple: true, description: 'The session of the tokens.' })
  session!: Session;
}

@ObjectType({ implements: Authenticated, description: 'A login with a password.' })
export class LoginPayload extends Authenticated {}

@ObjectType({ implements: Authenticated, description: 'A login with a code sent by SMS.' })
export class LoginWithPhonePayload extends Authenticated {}

@ObjectType({ implements: Authenticated, description: 'A login that was approved by scanning.' })
export class LoginWithScanPayload extends Authenticated {}

@ObjectType({ implements: Authenticated, description: 'A login that was completed with a second factor.' })
export class CompleteLoginPayload extends Authenticated {}

@ObjectType({ implements: Authenticated, description: 'A new account, signed in.' })
export class RegisterPayload extends Authenticated {}

@ObjectType({
  implements: Authenticated,
  description: 'The session with new tokens; the old ones have ended.',
})
export class RefreshSessionPayload extends Authenticated {}

/** What a mutation that ends a session returns. */
@ObjectType()
abstract class EndedSessionPayload {
  @Field(() => Session, { description: 'The session, which has ended.' })
  session!: Session;
}

@ObjectType({ simpleResolvers: true, description: 'The session of the request, which has ended.' })
export class LogoutPayload extends EndedSessionPayload {}

@ObjectType({ simpleResolvers: true, description: 'The session that was ended.' })
export class RevokeSessionPayload extends EndedSessionPayload {}

@ObjectType({ simpleResolvers: true, description: 'The sessions that were ended.' })
export class RevokeUserSessionsPayload {
  @Field(() => Int, { description: 'How many they were.' })
  revokedCount!: number;
}
