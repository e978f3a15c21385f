import { Migration } from '@mikro-orm/migrations';

/** Indexes for the filters and orders of lists and for foreign keys, so that they stay fast with a million rows. */
export class LargeLists20261128 extends Migration {
  override up(): void {
    this.addSql(`
      create index users_created_at_id_index on users (created_at, id);
      drop index users_created_at_index;
      create index user_roles_role_id_index on user_roles (role_id);
      create index devices_user_id_id_index on devices (user_id, id);
      drop index devices_user_id_index;
      create index devices_client_version_id_index on devices (client_version, id);
      drop index devices_client_version_index;
      create index devices_door_id_index on devices (door, id);
      create index devices_online_id_index on devices (online, id);
      create index devices_name_id_index on devices (name, id);
      create index sessions_user_id_created_at_id_index on sessions (user_id, created_at, id);
      drop index sessions_user_id_index;
      create index sessions_door_created_at_id_index on sessions (door, created_at, id);
      create index audit_entries_actor_id_id_index on audit_entries (actor_id, id);
      drop index audit_entries_actor_id_index;
      create index audit_entries_target_id_index on audit_entries (target, id);
      create index audit_entries_action_id_index on audit_entries (action, id);
      create index captchas_scanned_by_id_index on captchas (scanned_by_id);
    `);
  }
}
