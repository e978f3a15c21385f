import { toDataURL } from 'qrcode';
import { Arg, Ctx, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import { CaptchaType } from '../../../captchas/captcha.entity.js';
import type { ScanStatus } from '../../../captchas/scan-stream.js';
import { scanLink } from '../../../captchas/scan-tickets.js';
import { DomainError } from '../../../errors.js';
import { requireLogin } from '../../../sessions/authorization.js';
import { PUBLIC } from '../../../users/permissions.js';
import { Allow } from '../../authorization.js';
import { type Context, clientOf, requireCaller } from '../../context.js';
import {
  ApproveScanInput,
  ApproveScanPayload,
  type Captcha,
  ClaimScanInput,
  ClaimScanPayload,
  CreateCaptchaInput,
  CreateCaptchaPayload,
  ScanTicket,
} from './captcha.types.js';

@Resolver()
export class CaptchaResolver {
  @Mutation(() => CreateCaptchaPayload, {
    description: 'Creates an image captcha, sends a code by SMS, or opens a ticket for a login by scanning.',
  })
  @Allow(PUBLIC)
  async createCaptcha(
    @Arg('input', { description: 'What to create.' }) input: CreateCaptchaInput,
    @Ctx() context: Context,
  ): Promise<CreateCaptchaPayload> {
    switch (input.type) {
      case CaptchaType.IMAGE:
        return { captcha: await issueImage(input, context) };
      case CaptchaType.SMS:
        return { captcha: await sendSms(input, context) };
      case CaptchaType.SCAN:
        return { captcha: await issueTicket(input, context) };
    }
  }

  @Mutation(() => ClaimScanPayload, {
    description:
      'Shows the waiting device that you have scanned its code. From then on only you can approve or deny it.',
  })
  @Allow('sessions:own')
  async claimScan(
    @Arg('input', { description: 'The ticket.' }) { ticket }: ClaimScanInput,
    @Ctx() context: Context,
  ): Promise<ClaimScanPayload> {
    return { ticket: await context.services.scanTickets.claim(ticket, requireLogin(requireCaller(context))) };
  }

  @Mutation(() => ApproveScanPayload, {
    description:
      'Approves or denies the login of a waiting device. Once approved, the device can sign in as you, with no more ' +
      'permissions than this session has.',
  })
  @Allow('sessions:own')
  async approveScan(
    @Arg('input', { description: 'The ticket and the decision.' }) { ticket, decision }: ApproveScanInput,
    @Ctx() context: Context,
  ): Promise<ApproveScanPayload> {
    const approve = decision === 'APPROVE';
    return {
      ticket: await context.services.scanTickets.decide(
        ticket,
        requireLogin(requireCaller(context)),
        approve,
      ),
    };
  }

  @Subscription(() => ScanTicket, {
    description:
      'A ticket as it is now, and at every change until its state is final. It needs the id of the device that asked ' +
      'for the ticket.',
    subscribe: ({ args, context }: { args: Record<string, string>; context: Context }) =>
      context.services.scanTickets.watch(args.ticket ?? '', args.deviceId ?? ''),
  })
  @Allow(PUBLIC)
  scanTicket(
    @Arg('ticket', { description: 'The ticket that `createCaptcha` returned.' }) _ticket: string,
    @Arg('deviceId', { description: 'The id of the device that asked for the ticket.' }) _deviceId: string,
    @Root() status: ScanStatus,
  ): ScanStatus {
    return status;
  }
}

async function issueImage({ type, deviceId }: CreateCaptchaInput, context: Context): Promise<Captcha> {
  const client = clientOf(context, deviceId);
  if (!client.deviceId) throw missing('deviceId');
  const { expiresAt, png } = await context.services.imageCaptchas.issue(client.deviceId, client);
  return { type, expiresAt, image: `data:image/png;base64,${png.toString('base64')}`, ticket: null };
}

async function sendSms(
  { type, deviceId, phone, captcha }: CreateCaptchaInput,
  context: Context,
): Promise<Captcha> {
  const { imageCaptchas, smsCodes } = context.services;
  const client = clientOf(context, deviceId);
  if (!phone) throw missing('phone');
  if (captcha) await imageCaptchas.solve(client.deviceId ?? '', captcha, client);
  const state = captcha ? 'solved' : 'possible';
  const { expiresAt } = await smsCodes.send(phone, client.deviceId, client, state);
  return { type, expiresAt, image: null, ticket: null };
}

async function issueTicket({ type, deviceId }: CreateCaptchaInput, context: Context): Promise<Captcha> {
  const client = clientOf(context, deviceId);
  if (!client.deviceId) throw missing('deviceId');
  const { ticket, expiresAt } = await context.services.scanTickets.issue(
    client.deviceId,
    client,
    client.model,
  );
  return { type, expiresAt, image: await toDataURL(scanLink(context.publicUrl, ticket)), ticket };
}

const missing = (field: string) => new DomainError('INVALID_INPUT', `${field} is required.`, { field });
