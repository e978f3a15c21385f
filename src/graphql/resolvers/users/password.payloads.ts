import { Field, ObjectType } from 'type-graphql';
import { UserPayload } from './user.payloads.js';

@ObjectType({ simpleResolvers: true, description: 'The user whose password was changed.' })
export class ChangePasswordPayload extends UserPayload {}

@ObjectType({ simpleResolvers: true, description: 'The user, who has a password now.' })
export class SetPasswordPayload extends UserPayload {}

@ObjectType({ simpleResolvers: true, description: 'A code that was perhaps sent.' })
export class RequestPasswordResetPayload {
  @Field(() => Date, { description: 'When the code expires, if one was sent.' })
  expiresAt!: Date;
}

/** A password that was reset. */
@ObjectType()
abstract class PasswordResetPayload {
  @Field(() => String, { description: 'What to sign in with: the username, or the phone.' })
  login!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The account, whose sessions have ended.' })
export class ResetPasswordPayload extends PasswordResetPayload {}

@ObjectType({ simpleResolvers: true, description: 'The account, whose sessions have ended.' })
export class ResetPasswordWithLinkPayload extends PasswordResetPayload {}

@ObjectType({ simpleResolvers: true, description: 'A link, which is shown only once.' })
export class CreatePasswordResetLinkPayload {
  @Field(() => String, {
    nullable: true,
    description: 'The link. Null unless the setting PUBLIC_URL says where the gateway is.',
  })
  url!: string | null;

  @Field(() => String, {
    description: 'The link without the address of the gateway: what to append where `url` is null.',
  })
  path!: string;

  @Field(() => Date, { description: 'When the link expires.' })
  expiresAt!: Date;
}
