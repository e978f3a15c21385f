import { Migration } from '@mikro-orm/migrations';

/** The targets of audit entries become node ids: `user:64` is `user_64`. */
export class NodeIds20261128 extends Migration {
  override up(): void {
    this.addSql(`
      update audit_entries set target = replace(target, ':', '_') where target ~ '^(user|release):';
    `);
  }
}
