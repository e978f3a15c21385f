import { Entity, Enum, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { User } from '../user.entity.js';

/** A username or phone that identifies a user at login. All share one namespace: no username spells a phone. */
@Entity({ tableName: 'login_names' })
export class LoginName {
  /** The key of a username, or a canonical phone. */
  @PrimaryKey({ type: 'text' })
  name!: string;

  @Enum({ items: ['username', 'phone'], type: 'text' })
  kind!: 'username' | 'phone';

  /** The canonical phone that a username of digits would be; null for phones and other usernames. */
  @Index()
  @Property({ type: 'text', nullable: true })
  phoneForm: string | null = null;

  @Index()
  @ManyToOne({ entity: () => User, deleteRule: 'cascade' })
  user!: User;
}
