import { Migration } from '@mikro-orm/migrations';

/** Tells the planner which APIs, versions and states occur together: it assumes that they are independent. */
export class DeviceStatistics20261128 extends Migration {
  override up(): void {
    this.addSql('create statistics devices_filters (mcv) on door, client_version, online from devices;');
  }
}
