import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { User } from '../users/user.entity.js';

/** A device that waits for its owner to enter the code that it shows. */
@Entity({ tableName: 'device_claims' })
export class DeviceClaim {
  @PrimaryKey({ type: 'integer' })
  id!: number;

  /** MAC of the code. */
  @Unique()
  @Property({ type: 'text', hidden: true })
  codeHash!: string;

  /** SHA-256 of the secret that only the device has. */
  @Unique()
  @Property({ type: 'text', hidden: true })
  secretHash!: string;

  /** The id that the device gives itself. */
  @Property({ type: 'text' })
  clientId!: string;

  /** The name or model that the device reports. */
  @Property({ type: 'text', nullable: true })
  name: string | null = null;

  /** The network address of the device. */
  @Property({ type: 'text' })
  address!: string;

  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Index()
  @Property({ type: 'timestamptz' })
  expiresAt!: Date;

  @Index()
  @ManyToOne({ entity: () => User, deleteRule: 'cascade', nullable: true })
  claimedBy: User | null = null;

  /** The session in which the code was entered. If it is revoked, the device gets nothing. */
  @Property({ type: 'uuid', nullable: true })
  claimingSessionId: string | null = null;

  /** When the device received its credential. */
  @Property({ type: 'timestamptz', nullable: true })
  collectedAt: Date | null = null;
}
