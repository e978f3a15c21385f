import type { Registry } from 'prom-client';
import { lastBackup } from '../database/backups/last-backup.js';
import { diskSpace } from '../health/disk-space.js';
import { gauge } from './readings.js';
import type { Sources } from './sources.js';

export function declareStorage(registry: Registry, { services: { config, db, releases } }: Sources): void {
  gauge(registry, {
    name: 'gatehouse_data_dir_free_bytes',
    help: 'Free space of the file system with DATA_DIR.',
    read: async () => (await diskSpace(config.DATA_DIR)).free,
  });
  gauge(registry, {
    name: 'gatehouse_data_dir_size_bytes',
    help: 'Size of the file system with DATA_DIR.',
    read: async () => (await diskSpace(config.DATA_DIR)).size,
  });
  gauge(registry, {
    name: 'gatehouse_last_backup_timestamp_seconds',
    help: 'When the last backup was made, in seconds since the Unix epoch. Absent before the first one.',
    async read() {
      const backup = await lastBackup(db);
      return backup ? backup.at.getTime() / 1000 : new Map();
    },
  });
  gauge(registry, {
    name: 'gatehouse_uploads_in_progress',
    help: 'Packages that are being received.',
    read: () => releases.uploads,
  });
}
