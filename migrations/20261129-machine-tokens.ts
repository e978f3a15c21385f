import { Migration } from '@mikro-orm/migrations';

/** Marks the hashes of tokens of machines, so that 0.1.0, which ignores what limits them, does not find them. */
export class MachineTokens20261129 extends Migration {
  override up(): void {
    this.addSql(
      "update sessions set token_hash = 'machine ' || token_hash where session_kind <> 'LOGIN' and token_hash not like 'machine %'",
    );
  }
}
