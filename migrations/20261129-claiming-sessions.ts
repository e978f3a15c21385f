import { Migration } from '@mikro-orm/migrations';

/** The session in which the code of a device was entered: if it is revoked, the device gets no credential. */
export class ClaimingSessions20261129 extends Migration {
  override up(): void {
    this.addSql('alter table device_claims add column claiming_session_id uuid null');
  }
}
