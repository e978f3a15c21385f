import { OptionalProps } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { registerEnumType } from 'type-graphql';
import { User } from '../users/user.entity.js';

export enum CaptchaType {
  IMAGE = 'IMAGE',
  SMS = 'SMS',
  SCAN = 'SCAN',
}
registerEnumType(CaptchaType, {
  name: 'CaptchaType',
  description: 'How a captcha is answered.',
  valuesConfig: {
    IMAGE: { description: 'By typing the characters in an image.' },
    SMS: { description: 'By typing the code sent to a phone.' },
    SCAN: { description: 'By scanning a QR code with a device that is signed in.' },
  },
});

export enum ScanState {
  PENDING = 'PENDING',
  CLAIMED = 'CLAIMED',
  APPROVED = 'APPROVED',
  DENIED = 'DENIED',
  REDEEMED = 'REDEEMED',
  EXPIRED = 'EXPIRED',
}
registerEnumType(ScanState, {
  name: 'ScanState',
  description: 'How far a login by scanning has come.',
  valuesConfig: {
    PENDING: { description: 'Nobody has scanned the code.' },
    CLAIMED: { description: 'A user has scanned the code and has not decided.' },
    APPROVED: { description: 'That user has approved the login. The device may redeem the ticket.' },
    DENIED: { description: 'That user has denied the login. Final.' },
    REDEEMED: { description: 'The device has redeemed the ticket for a session. Final.' },
    EXPIRED: { description: 'The ticket expired before it was redeemed. Final.' },
  },
});

/** A challenge that can be answered once: an image, an SMS code or a scan ticket. */
@Entity({ tableName: 'captchas' })
@Index({ properties: ['type', 'subject', 'createdAt'] })
@Index({ properties: ['address', 'createdAt'] })
@Index({ properties: ['createdAt'] })
export class Captcha {
  [OptionalProps]?: 'restricted' | 'failures' | 'strangerFailures';

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Enum({ items: () => CaptchaType, type: 'text' })
  type!: CaptchaType;

  /** The canonical phone (SMS) or the client device id. */
  @Property({ type: 'text' })
  subject!: string;

  /** The client device id that requested it; an answer from another one fails. */
  @Property({ type: 'text', nullable: true })
  deviceId: string | null = null;

  /** HMAC-SHA256 of the expected answer or of the scan ticket, hex. */
  @Index()
  @Property({ type: 'text', hidden: true })
  answerHash!: string;

  /** Wrong answers of the client that requested it. */
  @Property({ type: 'integer' })
  failures: number = 0;

  /** Wrong answers of all other clients together. */
  @Property({ type: 'integer', default: 0 })
  strangerFailures: number = 0;

  /** The address bucket that requested it. */
  @Property({ type: 'text', nullable: true })
  address: string | null = null;

  /** The browser that requested a scan ticket, see `browser-name.ts`. */
  @Property({ type: 'text', nullable: true })
  requestedBy: string | null = null;

  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Property({ type: 'timestamptz' })
  expiresAt!: Date;

  @Property({ type: 'timestamptz', nullable: true })
  consumedAt: Date | null = null;

  @Enum({ items: () => ScanState, type: 'text', nullable: true })
  scanState: ScanState | null = null;

  /** The user who scanned the ticket and will be logged in. */
  @Index()
  @ManyToOne({ entity: () => User, nullable: true, deleteRule: 'cascade' })
  scannedBy: User | null = null;

  /** The id of the approving session, which must not have ended when the ticket is redeemed. */
  @Property({ type: 'uuid', nullable: true })
  approvedBy: string | null = null;

  /** Whether the approving session was restricted; the new one will be too. */
  @Property({ type: 'boolean', fieldName: 'capped' })
  restricted: boolean = false;
}
