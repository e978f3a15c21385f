import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { PUBLIC } from '../../../users/permissions.js';
import { displayPhone } from '../../../users/phone.js';
import type { User } from '../../../users/user.entity.js';
import { Allow, StepUp } from '../../authorization.js';
import { actorOf, type Context, clientOf, requireCaller } from '../../context.js';
import { readId } from '../../id.js';
import {
  ChangePasswordInput,
  CreatePasswordResetLinkInput,
  RequestPasswordResetInput,
  ResetPasswordInput,
  ResetPasswordWithLinkInput,
  SetPasswordInput,
} from './password.inputs.js';
import {
  ChangePasswordPayload,
  CreatePasswordResetLinkPayload,
  RequestPasswordResetPayload,
  ResetPasswordPayload,
  ResetPasswordWithLinkPayload,
  SetPasswordPayload,
} from './password.payloads.js';

@Resolver()
export class PasswordResolver {
  @Mutation(() => ChangePasswordPayload, {
    description: 'Changes your own password, and ends your other sessions.',
  })
  @Allow('profile:own')
  async changePassword(
    @Arg('input', { description: 'The current and the new password.' }) passwords: ChangePasswordInput,
    @Ctx() context: Context,
  ): Promise<ChangePasswordPayload> {
    const caller = requireCaller(context);
    await context.services.passwords.change(caller, passwords, actorOf(context));
    return { user: await context.services.users.get(caller.user.id) };
  }

  @Mutation(() => SetPasswordPayload, {
    description:
      'Sets your password if you have none, and ends your other sessions. FORBIDDEN unless this session was opened ' +
      'with a code sent by SMS within the last 10 minutes; CONFLICT if you have a password.',
  })
  @Allow('profile:own')
  async setPassword(
    @Arg('input', { description: 'The password.' }) { newPassword }: SetPasswordInput,
    @Ctx() context: Context,
  ): Promise<SetPasswordPayload> {
    const caller = requireCaller(context);
    await context.services.passwords.setFirst(caller, newPassword, actorOf(context));
    return { user: await context.services.users.get(caller.user.id) };
  }

  @Mutation(() => RequestPasswordResetPayload, {
    description:
      'Sends a code for `resetPassword` to the phone of an account, if its owner has signed in with a code before. ' +
      'The answer is the same if there is no such account. The limits of SMS codes apply.',
  })
  @Allow(PUBLIC)
  async requestPasswordReset(
    @Arg('input', { description: 'The phone.' }) { phone, deviceId, captcha }: RequestPasswordResetInput,
    @Ctx() context: Context,
  ): Promise<RequestPasswordResetPayload> {
    const { imageCaptchas, passwordResets } = context.services;
    const client = clientOf(context, deviceId);
    if (captcha) await imageCaptchas.solve(client.deviceId ?? '', captcha, client);
    return { expiresAt: await passwordResets.request(phone, client, captcha ? 'solved' : 'possible') };
  }

  @Mutation(() => ResetPasswordPayload, {
    description:
      'Sets a new password with a code that `requestPasswordReset` sent, and ends all sessions of the account. A ' +
      'code for a login is not accepted, nor is this one at a login.',
  })
  @Allow(PUBLIC)
  async resetPassword(
    @Arg('input', { description: 'The phone, the code and the password.' })
    { deviceId, ...reset }: ResetPasswordInput,
    @Ctx() context: Context,
  ): Promise<ResetPasswordPayload> {
    return toPayload(await context.services.passwordResets.reset(reset, clientOf(context, deviceId)));
  }

  @Mutation(() => CreatePasswordResetLinkPayload, {
    description:
      'Creates a link with which a user sets a new password, once and within 24 hours. Ends the link that the account ' +
      'had; a new password does so, too. FORBIDDEN for an account with permissions that you do not have. You can create 200 links in an hour.',
  })
  @Allow('users:manage')
  @StepUp()
  async createPasswordResetLink(
    @Arg('input', { description: 'The user.' }) { userId }: CreatePasswordResetLinkInput,
    @Ctx() context: Context,
  ): Promise<CreatePasswordResetLinkPayload> {
    const { config, resetLinks } = context.services;
    const { path, expiresAt } = await resetLinks.create(readId('user', userId, 'userId'), actorOf(context));
    // Not the address of the request: its reader must not be led to a host that a header names.
    return { path, expiresAt, url: config.PUBLIC_URL === undefined ? null : config.PUBLIC_URL + path };
  }

  @Mutation(() => ResetPasswordWithLinkPayload, {
    description:
      'Sets a new password with a link, and ends all sessions of the account. FORBIDDEN for a link that was used or ' +
      'replaced, or has expired.',
  })
  @Allow(PUBLIC)
  async resetPasswordWithLink(
    @Arg('input', { description: 'The token and the password.' })
    { token, newPassword }: ResetPasswordWithLinkInput,
    @Ctx() context: Context,
  ): Promise<ResetPasswordWithLinkPayload> {
    const { address } = context.client;
    return toPayload(await context.services.resetLinks.redeem(token, newPassword, address));
  }
}

const toPayload = ({ username, phone }: User): { login: string } => ({
  login: username ?? displayPhone(phone ?? ''),
});
