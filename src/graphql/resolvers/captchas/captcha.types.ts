import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { CaptchaType, ScanState } from '../../../captchas/captcha.entity.js';
import type { ScanStatus } from '../../../captchas/scan-stream.js';
import { DEVICE_ID } from '../sessions/session.inputs.js';

@InputType({ description: 'A captcha to create.' })
export class CreateCaptchaInput {
  @Field(() => CaptchaType, { description: 'How the captcha is answered.' })
  type!: CaptchaType;

  @Field(() => String, {
    nullable: true,
    description: `${DEVICE_ID} The answer must name the same id. Required for IMAGE and SCAN.`,
  })
  deviceId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The phone that the code is sent to. Required for SMS.',
  })
  phone?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'For SMS: the characters of an image captcha, after the error CAPTCHA_REQUIRED.',
  })
  captcha?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A challenge that proves a person, a phone or a scan.' })
export class Captcha {
  @Field(() => CaptchaType, { description: 'How it is answered.' })
  type!: CaptchaType;

  @Field(() => Date, { description: 'When it expires.' })
  expiresAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'A PNG as a data URI: the characters of an IMAGE, or the QR code of a SCAN. Null for SMS.',
  })
  image!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The ticket of a SCAN, for `scanTicket` and `loginWithScan`. Null for other types.',
  })
  ticket!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The captcha that was created.' })
export class CreateCaptchaPayload {
  @Field(() => Captcha, { description: 'The captcha.' })
  captcha!: Captcha;
}

@InputType({ description: 'A scanned ticket.' })
export class ClaimScanInput {
  @Field(() => String, { description: 'The ticket in the link of the QR code.' })
  ticket!: string;
}

const ScanDecision = { APPROVE: 'APPROVE', DENY: 'DENY' } as const;
type ScanDecision = keyof typeof ScanDecision;
registerEnumType(ScanDecision, {
  name: 'ScanDecision',
  description: 'What the user who scanned a code decides.',
  valuesConfig: {
    APPROVE: { description: 'Sign the waiting device in.' },
    DENY: { description: 'Refuse the login, for good.' },
  },
});

@InputType({ description: 'A decision about a scanned ticket.' })
export class ApproveScanInput {
  @Field(() => String, { description: 'The ticket in the link of the QR code.' })
  ticket!: string;

  @Field(() => ScanDecision, {
    defaultValue: 'APPROVE',
    description: 'Whether to sign the waiting device in.',
  })
  decision!: ScanDecision;
}

@ObjectType({ simpleResolvers: true, description: 'A login that waits to be approved by scanning.' })
export class ScanTicket implements ScanStatus {
  @Field(() => ScanState, { description: 'How far the login has come.' })
  state!: ScanState;

  @Field(() => Date, { description: 'When the ticket expires.' })
  expiresAt!: Date;

  @Field(() => String, { nullable: true, description: 'The network address that asked for the login.' })
  requestedFrom!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The browser that asked for the login, as it describes itself, such as `Firefox (Windows)`.',
  })
  requestedBy!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the user who scanned the code; null while it is PENDING.',
  })
  scannedBy!: string | null;
}

/** What a step of a login by scanning returns. */
@ObjectType()
abstract class ScanPayload {
  @Field(() => ScanTicket, { description: 'The ticket as it is now.' })
  ticket!: ScanTicket;
}

@ObjectType({ simpleResolvers: true, description: 'The ticket that was claimed.' })
export class ClaimScanPayload extends ScanPayload {}

@ObjectType({ simpleResolvers: true, description: 'The ticket that was decided about.' })
export class ApproveScanPayload extends ScanPayload {}
