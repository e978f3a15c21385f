import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Passkey } from './passkey.entity.js';

/** What a registration decides before the authenticator creates the key. */
export type PlannedPasskey = Pick<Passkey, 'name' | 'userHandle'>;

/** A random value that a passkey must sign once. */
@Entity({ tableName: 'passkey_challenges' })
export class PasskeyChallenge {
  /** Base64url. */
  @PrimaryKey({ type: 'text' })
  challenge!: string;

  /** A `ChallengePurpose`. */
  @Property({ type: 'text' })
  purpose!: string;

  /**
   * What it is bound to: the id of a session, the hash of a login challenge, or the id of the device that signs in; null
   * if that has none.
   */
  @Property({ type: 'text', nullable: true })
  subject: string | null = null;

  /** The passkey that it is to create; null for other purposes. */
  @Property({ type: 'json', nullable: true })
  planned: PlannedPasskey | null = null;

  @Index()
  @Property({ type: 'timestamptz' })
  expiresAt!: Date;
}
