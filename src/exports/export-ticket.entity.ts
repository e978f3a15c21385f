import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';

/** Allows one download of an export, without a token. */
@Entity({ tableName: 'export_tickets' })
export class ExportTicket {
  @PrimaryKey({ type: 'integer' })
  id!: number;

  /** Of the secret in the address of the download. */
  @Unique({ name: 'export_tickets_token_hash_index' })
  @Property({ type: 'text' })
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
