import { Migration } from '@mikro-orm/migrations';

/** Actions on many devices. Each batch is saved together with how far the action has come, so that none is repeated. */
export class DeviceActions20261129 extends Migration {
  override up(): void {
    this.addSql(`
      create table device_actions (
        id serial primary key,
        kind text not null,
        value text null,
        filter jsonb not null,
        owner_id int null,
        actor_id int null,
        state text not null,
        total int not null,
        done int not null default 0,
        changed int not null default 0,
        failure text null,
        after_id int not null default 0,
        until_id int not null,
        created_at timestamptz not null,
        finished_at timestamptz null
      );
      create index device_actions_state_index on device_actions (state);
      create index device_actions_finished_at_index on device_actions (finished_at);
    `);
  }
}
