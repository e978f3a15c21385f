import { OptionalProps } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { registerEnumType } from 'type-graphql';
import { User } from '../users/user.entity.js';

export enum CaptchaType {
  IMAGE = 'IMAGE',
  SMS = 'SMS',
  SCAN = 'SCAN',
}
registerEnumType(CaptchaType, { name: 'CaptchaType' });

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
  description:
    'A ticket goes PENDING, CLAIMED, APPROVED or DENIED, REDEEMED; or EXPIRED from any of the first three.',
});

/** A challenge that was handed out: an image, a code by SMS, or a ticket to scan. Used once. */
@Entity({ tableName: 'captchas' })
@Index({ properties: ['type', 'subject', 'createdAt'] })
@Index({ properties: ['address', 'createdAt'] })
@Index({ properties: ['createdAt'] })
export class Captcha {
  [OptionalProps]?: 'restricted' | 'failures';

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Enum({ items: () => CaptchaType, type: 'text' })
  type!: CaptchaType;

  /** Who is challenged: the canonical phone (SMS), else the client device id. */
  @Property({ type: 'text' })
  subject!: string;

  /** The client device id that asked; an answer from another one fails. */
  @Property({ type: 'text', nullable: true })
  deviceId: string | null = null;

  /** HMAC-SHA256 of the expected answer, hex; of the ticket for a scan. */
  @Index()
  @Property({ type: 'text', hidden: true })
  answerHash!: string;

  @Property({ type: 'integer' })
  failures: number = 0;

  /** Who asked, for the send limits. */
  @Property({ type: 'text', nullable: true })
  address: string | null = null;

  /** For a scan, the browser that asked; see `browser-name.ts`. */
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

  /** Who scanned, and so who will be logged in. */
  @ManyToOne({ entity: () => User, nullable: true, deleteRule: 'cascade' })
  scannedBy: User | null = null;

  /** The id of the session that approved: only while it is open can the ticket be redeemed. */
  @Property({ type: 'uuid', nullable: true })
  approvedBy: string | null = null;

  /** Whether the approving session was capped: the session it grants is capped too. */
  @Property({ type: 'boolean', fieldName: 'capped' })
  restricted: boolean = false;
}
