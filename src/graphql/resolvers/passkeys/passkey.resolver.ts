import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from 'type-graphql';
import { nodeId } from '../../../database/node-id.js';
import { Passkey } from '../../../passkeys/passkey.entity.js';
import { User } from '../../../users/user.entity.js';
import { Allow, ENROLLING, mayRead, StepUp, USERS } from '../../authorization.js';
import { actorOf, type Context, requireCaller } from '../../context.js';
import { readId } from '../../id.js';
import { ReadsFrom, selectedProperties } from '../../selected-properties.js';
import { partyOf } from './party.js';
import {
  FinishPasskeyRegistrationInput,
  RemovePasskeyInput,
  RenamePasskeyInput,
  StartPasskeyRegistrationInput,
} from './passkey.inputs.js';
import {
  FinishPasskeyRegistrationPayload,
  RemovePasskeyPayload,
  RenamePasskeyPayload,
  StartPasskeyRegistrationPayload,
} from './passkey.payloads.js';

@Resolver(() => User)
export class PasskeyResolver {
  @Mutation(() => StartPasskeyRegistrationPayload, {
    description:
      'Begins to add a passkey to your account, which `finishPasskeyRegistration` completes in the same session.',
  })
  @Allow(ENROLLING)
  @StepUp()
  async startPasskeyRegistration(
    @Arg('input', { description: 'The passkey.' }) { name }: StartPasskeyRegistrationInput,
    @Ctx() context: Context,
  ): Promise<StartPasskeyRegistrationPayload> {
    const { passkeyRegistrations } = context.services;
    const caller = requireCaller(context);
    const called = name ?? context.client.model;
    return { options: await passkeyRegistrations.start(called, caller, partyOf(context)) };
  }

  @Mutation(() => FinishPasskeyRegistrationPayload, {
    description:
      'Adds a passkey to your account: at most 10. It signs in without a password, and is a second factor, too: the ' +
      'first one ends your sessions of legacy APIs. PASSKEY_INVALID unless the authenticator has verified you, on a page ' +
      'of the gateway.',
  })
  @Allow(ENROLLING)
  async finishPasskeyRegistration(
    @Arg('input', { description: 'The answer of the authenticator.' })
    { credential }: FinishPasskeyRegistrationInput,
    @Ctx() context: Context,
  ): Promise<FinishPasskeyRegistrationPayload> {
    const { passkeyRegistrations } = context.services;
    const caller = requireCaller(context);
    const party = partyOf(context);
    return passkeyRegistrations.finish(credential, caller, party, actorOf(context));
  }

  @Mutation(() => RenamePasskeyPayload, { description: 'Renames a passkey of yours.' })
  @Allow('profile:own')
  async renamePasskey(
    @Arg('input', { description: 'The passkey and its name.' }) { id, name }: RenamePasskeyInput,
    @Ctx() context: Context,
  ): Promise<RenamePasskeyPayload> {
    const { passkeys } = context.services;
    const key = readId('passkey', id);
    return { passkey: await passkeys.rename(key, name, requireCaller(context), actorOf(context)) };
  }

  @Mutation(() => RemovePasskeyPayload, {
    description: 'Removes a passkey of yours: it no longer signs in. Sessions that it opened stay open.',
  })
  @Allow('profile:own')
  @StepUp()
  async removePasskey(
    @Arg('input', { description: 'The passkey.' }) { id }: RemovePasskeyInput,
    @Ctx() context: Context,
  ): Promise<RemovePasskeyPayload> {
    const key = readId('passkey', id);
    await context.services.passkeys.remove(key, requireCaller(context), actorOf(context));
    return { removedPasskeyId: nodeId('passkey', key) };
  }

  @ReadsFrom<User>('id')
  @FieldResolver(() => [Passkey], {
    name: 'passkeys',
    nullable: true,
    description: 'The passkeys that it signs in with, oldest first.',
  })
  @Allow({ ...USERS, orNull: true })
  passkeysOf(@Root() { id }: Pick<User, 'id'>, @Ctx() context: Context, @Info() info: GraphQLResolveInfo) {
    const { caller, loaders } = context;
    if (caller === null || !mayRead(caller, USERS, id)) return null;
    return loaders.passkeysOfUser(id, selectedProperties<Passkey>(info));
  }
}
