import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { clientText } from '../../../sessions/client-text.js';
import { PUBLIC } from '../../../users/permissions.js';
import { Allow, ISSUING_CREDENTIALS, StepUp } from '../../authorization.js';
import { actorOf, type Context, clientOf, requireCaller } from '../../context.js';
import { readId } from '../../id.js';
import {
  ClaimDeviceInput,
  ClaimDevicePayload,
  CollectDeviceCredentialInput,
  CollectDeviceCredentialPayload,
  DeviceClaim,
  IssueDeviceCredentialsInput,
  IssueDeviceCredentialsPayload,
  RequestDeviceCredentialInput,
  RequestDeviceCredentialPayload,
} from './device-credential.types.js';

@Resolver()
export class DeviceCredentialResolver {
  @Query(() => DeviceClaim, {
    description:
      'The device that shows a code, for you to recognise before you claim it. NOT_FOUND for a code that is unknown, ' +
      'used or expired. THROTTLED after ten such codes in 15 minutes, those of `claimDevice` included.',
  })
  @Allow('devices:own')
  deviceClaim(
    @Arg('code', () => String, {
      description: 'The code that the device shows. Its case, spaces and hyphens do not matter.',
    })
    code: string,
    @Ctx() context: Context,
  ): Promise<DeviceClaim> {
    return context.services.deviceClaims.preview(code, requireCaller(context), context.client);
  }

  @Mutation(() => RequestDeviceCredentialPayload, {
    description:
      'Asks for a credential: the device shows the code, its owner enters it at `claimDevice` within 10 minutes, and ' +
      'meanwhile the device calls `collectDeviceCredential` every 5 seconds.',
  })
  @Allow(PUBLIC)
  requestDeviceCredential(
    @Arg('input', { description: 'The device.' }) { deviceId, name }: RequestDeviceCredentialInput,
    @Ctx() context: Context,
  ): Promise<RequestDeviceCredentialPayload> {
    const client = clientOf(context, deviceId);
    return context.services.deviceClaims.request({ ...client, model: clientText(name) });
  }

  @Mutation(() => ClaimDevicePayload, {
    description:
      'Gives the device that shows a code a credential of your account. Make sure that it is yours: see `deviceClaim`. ' +
      'THROTTLED after ten wrong codes in 15 minutes.',
  })
  @Allow('devices:own')
  claimDevice(
    @Arg('input', { description: 'The code.' }) { code }: ClaimDeviceInput,
    @Ctx() context: Context,
  ): Promise<ClaimDevicePayload> {
    return context.services.deviceClaims.claim(code, requireCaller(context), context.client);
  }

  @Mutation(() => CollectDeviceCredentialPayload, {
    description:
      'Hands out the credential once, after the owner has entered the code. It works at every API, as its owner, for ' +
      'this device only, until its session is revoked.',
  })
  @Allow(PUBLIC)
  async collectDeviceCredential(
    @Arg('input', { description: 'The claim.' }) { secret }: CollectDeviceCredentialInput,
    @Ctx() context: Context,
  ): Promise<CollectDeviceCredentialPayload> {
    const { services, client } = context;
    return { token: await services.deviceClaims.collect(secret, client.address) };
  }

  @Mutation(() => IssueDeviceCredentialsPayload, {
    description: 'Issues credentials without a code. A credential that such a device has is revoked.',
  })
  @Allow(ISSUING_CREDENTIALS)
  @StepUp()
  async issueDeviceCredentials(
    @Arg('input', { description: 'The devices.' }) { userId, deviceIds }: IssueDeviceCredentialsInput,
    @Ctx() context: Context,
  ): Promise<IssueDeviceCredentialsPayload> {
    const caller = requireCaller(context);
    const owner = userId == null ? caller.user.id : readId('user', userId, 'userId');
    const { deviceCredentials } = context.services;
    return { credentials: await deviceCredentials.issue(owner, deviceIds, caller, actorOf(context)) };
  }
}
