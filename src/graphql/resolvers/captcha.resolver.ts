import { toDataURL } from 'qrcode';
import {
  Arg,
  Ctx,
  Field,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { CaptchaType, ScanState } from '../../captchas/captcha.entity.js';
import type { ScanStatus } from '../../captchas/scan-stream.js';
import { scanLink } from '../../captchas/scan-tickets.js';
import { DomainError } from '../../errors.js';
import { PUBLIC } from '../../users/permissions.js';
import { Allow } from '../authorization.js';
import { type Context, clientOf, requireCaller } from '../context.js';

@InputType()
class CreateCaptchaInput {
  @Field(() => CaptchaType)
  type!: CaptchaType;

  @Field(() => String, {
    nullable: true,
    description: 'The id this client gives itself; the answer must name it too.',
  })
  deviceId?: string | null;

  @Field(() => String, { nullable: true, description: 'Where the code goes (SMS).' })
  mobile?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The answer of an image captcha; asked for by CAPTCHA_REQUIRED (SMS).',
  })
  captcha?: string | null;
}

@ObjectType('Captcha', { description: 'A challenge that was handed out.' })
class IssuedCaptcha {
  @Field(() => ID, { description: 'For a scan, the ticket.' })
  id!: string;

  @Field(() => CaptchaType)
  type!: CaptchaType;

  @Field(() => Date)
  expiresAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'A PNG as data URI: the characters, or the QR code of a scan.',
  })
  image!: string | null;
}

@ObjectType({ description: 'A login that is waiting to be approved by scanning.' })
class ScanTicket implements ScanStatus {
  @Field(() => ScanState)
  state!: ScanState;

  @Field(() => Date)
  expiresAt!: Date;

  @Field(() => String, { nullable: true, description: 'The network address that asked for the login.' })
  requestedFrom!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The browser that asked, as it says of itself, such as `Firefox (Windows)`.',
  })
  requestedBy!: string | null;

  @Field(() => String, { nullable: true, description: 'The name of who scanned it.' })
  scannedBy!: string | null;
}

@Resolver()
export class CaptchaResolver {
  @Mutation(() => IssuedCaptcha, { name: 'createCaptcha' })
  @Allow(PUBLIC)
  async createCaptcha(
    @Arg('input') input: CreateCaptchaInput,
    @Ctx() context: Context,
  ): Promise<IssuedCaptcha> {
    const { type } = input;
    const client = clientOf(context, input.deviceId);
    if (type === CaptchaType.SMS) {
      if (!input.mobile) throw missing('mobile');
      if (input.captcha) await context.services.imageCaptchas.solve(client.deviceId ?? '', input.captcha);
      const { id, expiresAt } = await context.services.smsCodes.send(
        input.mobile,
        client.deviceId,
        client,
        input.captcha ? 'solved' : 'possible',
      );
      return { id, type, expiresAt, image: null };
    }
    if (!client.deviceId) throw missing('deviceId');
    if (type === CaptchaType.SCAN) {
      const { scanTickets } = context.services;
      const { ticket, expiresAt } = await scanTickets.issue(client.deviceId, client, client.model);
      return { id: ticket, type, expiresAt, image: await toDataURL(scanLink(context.publicUrl, ticket)) };
    }
    const { id, expiresAt, png } = await context.services.imageCaptchas.issue(client.deviceId, client);
    return { id, type, expiresAt, image: `data:image/png;base64,${png.toString('base64')}` };
  }

  @Mutation(() => ScanTicket, {
    description: 'Says on the waiting device who scanned it; then only they decide.',
  })
  @Allow('sessions:own')
  claimScan(@Arg('ticket') ticket: string, @Ctx() context: Context): Promise<ScanStatus> {
    return context.services.scanTickets.claim(ticket, requireCaller(context));
  }

  @Mutation(() => ScanTicket, {
    description: 'Lets the waiting device in as you, with no more rights than this session.',
  })
  @Allow('sessions:own')
  approveScan(
    @Arg('ticket') ticket: string,
    @Arg('approve') approve: boolean,
    @Ctx() context: Context,
  ): Promise<ScanStatus> {
    return context.services.scanTickets.decide(ticket, requireCaller(context), approve);
  }

  @Subscription(() => ScanTicket, {
    description:
      'The ticket now and at every change, until it is final. Needs no sign-in but the right device id.',
    subscribe: ({ args, context }: { args: Record<string, string>; context: Context }) =>
      context.services.scanTickets.watch(args.ticket ?? '', args.deviceId ?? ''),
  })
  @Allow(PUBLIC)
  scanTicket(
    @Arg('ticket') _ticket: string,
    @Arg('deviceId') _deviceId: string,
    @Root() status: ScanStatus,
  ): ScanStatus {
    return status;
  }
}

const missing = (field: string) => new DomainError('INVALID_INPUT', `${field} is needed.`, { field });
