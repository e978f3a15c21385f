import { Entity, Enum, Index, ManyToOne, PrimaryKey } from '@mikro-orm/decorators/legacy';
import { User } from './user.entity.js';

/** A username or phone that identifies a user at login. All share one namespace: no username equals a phone. */
@Entity({ tableName: 'login_names' })
export class LoginName {
  /** From `canonicalLoginName`. */
  @PrimaryKey({ type: 'text' })
  name!: string;

  @Enum({ items: ['username', 'phone'], type: 'text' })
  kind!: 'username' | 'phone';

  @Index()
  @ManyToOne({ entity: () => User, deleteRule: 'cascade' })
  user!: User;
}
