import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { Passkey } from '../../../passkeys/passkey.entity.js';
import { User } from '../../../users/user.entity.js';
import { Allow, mayRead, USERS } from '../../authorization.js';
import type { Context } from '../../context.js';
import { ReadsFrom, selectedProperties } from '../../selected-properties.js';
import { SecondFactors } from './second-factor.types.js';

@Resolver(() => SecondFactors)
export class SecondFactorsResolver {
  @FieldResolver(() => [Passkey], { description: 'Its passkeys, the oldest first.' })
  passkeys(@Root() { userId }: SecondFactors, @Ctx() { loaders }: Context, @Info() info: GraphQLResolveInfo) {
    return loaders.passkeysOfUser(userId, selectedProperties<Passkey>(info));
  }
}

@Resolver(() => User)
export class AccountFactorsResolver {
  @ReadsFrom<User>('id')
  @FieldResolver(() => SecondFactors, { nullable: true, description: 'Its second factors.' })
  @Allow({ ...USERS, orNull: true })
  secondFactors(@Root() { id }: Pick<User, 'id'>, @Ctx() { caller, loaders }: Context) {
    if (caller === null || !mayRead(caller, USERS, id)) return null;
    return loaders.factorsOfUser(id, null);
  }
}
