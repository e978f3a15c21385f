import { Entity, Enum, Index, ManyToOne, PrimaryKey } from '@mikro-orm/decorators/legacy';
import { User } from './user.entity.js';

/**
 * Every name that logs somebody in. Usernames and phones share this one unique namespace, so that a username
 * can never shadow another person's phone.
 */
@Entity({ tableName: 'login_names' })
export class LoginName {
  /** As `loginName()` of `phone.ts` writes it. */
  @PrimaryKey({ type: 'text' })
  name!: string;

  @Enum({ items: ['username', 'phone'], type: 'text' })
  kind!: 'username' | 'phone';

  @Index()
  @ManyToOne({ entity: () => User, deleteRule: 'cascade' })
  user!: User;
}
