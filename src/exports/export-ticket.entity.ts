import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** Allows one download of an export, without a token. */
@Entity({ tableName: 'export_tickets' })
export class ExportTicket {
  /** Of the secret in the address of the download. */
  @PrimaryKey({ type: 'text' })
  tokenHash!: string;

  /** The session that asked for it. No foreign key: sessions are purged, and a ticket without one is refused. */
  @Property({ type: 'uuid' })
  sessionId!: string;

  /** An `ExportRequest`. */
  @Property({ type: 'json' })
  request!: object;

  @Index()
  @Property({ type: 'timestamptz' })
  expiresAt!: Date;
}
