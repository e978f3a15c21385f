import { toString as toText } from 'qrcode';
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { DomainError } from '../../../errors.js';
import { Allow, ENROLLING, ENROLLING_SESSION, StepUp } from '../../authorization.js';
import { actorOf, type Context, requireCaller } from '../../context.js';
import { readId } from '../../id.js';
import { readStepUpProof } from './read-proof.js';
import {
  ConfirmTotpEnrollmentInput,
  RegenerateRecoveryCodesInput,
  RemoveSecondFactorInput,
  ResetSecondFactorsInput,
  StartTotpEnrollmentInput,
  StepUpInput,
} from './second-factor.inputs.js';
import {
  ConfirmTotpEnrollmentPayload,
  RegenerateRecoveryCodesPayload,
  RemoveSecondFactorPayload,
  ResetSecondFactorsPayload,
  SecondFactors,
  StartTotpEnrollmentPayload,
  StepUpPayload,
} from './second-factor.types.js';

@Resolver()
export class SecondFactorResolver {
  @Query(() => SecondFactors, { description: 'Your second factors.' })
  @Allow(ENROLLING)
  secondFactors(@Ctx() context: Context): Promise<SecondFactors> {
    return context.loaders.factorsOfUser(requireCaller(context).user.id, null);
  }

  @Mutation(() => StepUpPayload, {
    description:
      'Proves again who you are, after the error STEP_UP_REQUIRED, whose `extensions.methods` says with what. The proof ' +
      'counts for this session and for 10 minutes, as a login does.',
  })
  @Allow(ENROLLING_SESSION)
  async stepUp(
    @Arg('input', { description: 'The proof.' }) input: StepUpInput,
    @Ctx() context: Context,
  ): Promise<StepUpPayload> {
    const { stepUps } = context.services;
    const proof = readStepUpProof(input, context);
    return { expiresAt: await stepUps.prove(requireCaller(context), proof, actorOf(context)) };
  }

  @Mutation(() => StartTotpEnrollmentPayload, {
    description:
      'Creates a secret for an authenticator app (TOTP, RFC 6238). It counts once this session has confirmed it, and ' +
      'replaces the app that you had.',
  })
  @Allow(ENROLLING)
  @StepUp()
  async startTotpEnrollment(
    @Arg('input', { description: 'The app.' }) { issuer }: StartTotpEnrollmentInput,
    @Ctx() context: Context,
  ): Promise<StartTotpEnrollmentPayload> {
    const { authenticators } = context.services;
    const pending = await authenticators.start(requireCaller(context), issuer ?? undefined);
    return { ...pending, qrCode: await toText(pending.uri, { type: 'svg' }) };
  }

  @Mutation(() => ConfirmTotpEnrollmentPayload, {
    description:
      'Makes the authenticator app your second factor. The first factor ends your sessions of legacy APIs, which cannot ' +
      'ask for it: from then on, these refuse to sign you in.',
  })
  @Allow(ENROLLING)
  async confirmTotpEnrollment(
    @Arg('input', { description: 'The code.' }) { code }: ConfirmTotpEnrollmentInput,
    @Ctx() context: Context,
  ): Promise<ConfirmTotpEnrollmentPayload> {
    const { authenticators, users } = context.services;
    const caller = requireCaller(context);
    const recoveryCodes = await authenticators.confirm(caller, code, actorOf(context));
    return { user: await users.get(caller.user.id), recoveryCodes };
  }

  @Mutation(() => RemoveSecondFactorPayload, { description: 'Removes a second factor of yours.' })
  @Allow('profile:own')
  @StepUp()
  async removeSecondFactor(
    @Arg('input', { description: 'The factor.' }) { method }: RemoveSecondFactorInput,
    @Ctx() context: Context,
  ): Promise<RemoveSecondFactorPayload> {
    if (method !== 'TOTP') {
      const message =
        'method must be TOTP. Passkeys are removed one by one, and recovery codes end with the last factor.';
      throw new DomainError('INVALID_INPUT', message, { field: 'method' });
    }
    const { authenticators, users } = context.services;
    const caller = requireCaller(context);
    await authenticators.remove(caller, actorOf(context));
    return { user: await users.get(caller.user.id) };
  }

  @Mutation(() => RegenerateRecoveryCodesPayload, {
    description: 'Gives you new recovery codes. CONFLICT without a second factor.',
  })
  @Allow('profile:own')
  @StepUp()
  async regenerateRecoveryCodes(
    @Arg('input', { description: 'The codes.' }) { count }: RegenerateRecoveryCodesInput,
    @Ctx() context: Context,
  ): Promise<RegenerateRecoveryCodesPayload> {
    const { secondFactors } = context.services;
    const caller = requireCaller(context);
    return { recoveryCodes: await secondFactors.regenerateRecoveryCodes(caller, count, actorOf(context)) };
  }

  @Mutation(() => ResetSecondFactorsPayload, {
    description:
      'Removes the second factors of a user who has lost them, and ends their logins. FORBIDDEN for an account with ' +
      'permissions that you do not have.',
  })
  @Allow('users:manage')
  @StepUp()
  async resetSecondFactors(
    @Arg('input', { description: 'The user.' }) { userId }: ResetSecondFactorsInput,
    @Ctx() context: Context,
  ): Promise<ResetSecondFactorsPayload> {
    const { secondFactors, users } = context.services;
    const id = readId('user', userId, 'userId');
    await secondFactors.reset(id, actorOf(context));
    return { user: await users.get(id) };
  }
}
