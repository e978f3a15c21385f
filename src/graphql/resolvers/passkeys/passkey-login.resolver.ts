import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { PUBLIC } from '../../../users/permissions.js';
import { Allow } from '../../authorization.js';
import { type Context, clientOf, requireCaller } from '../../context.js';
import { graphqlSessionPolicy } from '../../session-policy.js';
import { signIn } from '../sessions/login.resolver.js';
import { partyOf } from './party.js';
import { FinishPasskeyLoginInput, StartPasskeyLoginInput, StartPasskeyProofInput } from './passkey.inputs.js';
import {
  FinishPasskeyLoginPayload,
  StartPasskeyLoginPayload,
  StartPasskeyProofPayload,
} from './passkey.payloads.js';

@Resolver()
export class PasskeyLoginResolver {
  @Mutation(() => StartPasskeyLoginPayload, {
    description:
      'Begins a login with a passkey. It takes no name: the passkey knows its account. The answer is the same for ' +
      'everyone.',
  })
  @Allow(PUBLIC)
  async startPasskeyLogin(
    @Arg('input', { description: 'The device that signs in.' }) { deviceId }: StartPasskeyLoginInput,
    @Ctx() context: Context,
  ): Promise<StartPasskeyLoginPayload> {
    const { passkeyLogins } = context.services;
    return { options: await passkeyLogins.start(clientOf(context, deviceId), partyOf(context)) };
  }

  @Mutation(() => FinishPasskeyLoginPayload, {
    description:
      'Signs in with a passkey. PASSKEY_INVALID, whatever the reason: the passkey was removed, the account is disabled, ' +
      'or the answer was given on another page or for another challenge.',
  })
  @Allow(PUBLIC)
  async finishPasskeyLogin(
    @Arg('input', { description: 'The answer of the passkey.' })
    { credential, deviceId }: FinishPasskeyLoginInput,
    @Ctx() context: Context,
  ): Promise<FinishPasskeyLoginPayload> {
    const { passkeyLogins } = context.services;
    const client = clientOf(context, deviceId);
    const opened = await passkeyLogins.login(credential, client, partyOf(context), graphqlSessionPolicy);
    return signIn(opened, context);
  }

  @Mutation(() => StartPasskeyProofPayload, {
    description:
      'Asks one of your passkeys for the proof that `completeLogin` or `stepUp` takes. NOT_FOUND without a passkey.',
  })
  @Allow(PUBLIC)
  async startPasskeyProof(
    @Arg('input', { description: 'What the proof is for.' }) { challenge }: StartPasskeyProofInput,
    @Ctx() context: Context,
  ): Promise<StartPasskeyProofPayload> {
    const { loginChallenges, stepUps } = context.services;
    const party = partyOf(context);
    if (challenge != null) return { options: await loginChallenges.startPasskey(challenge, party) };
    return { options: await stepUps.startPasskey(requireCaller(context), party) };
  }
}
