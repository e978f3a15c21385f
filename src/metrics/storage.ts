import { statfs } from 'node:fs/promises';
import type { Registry } from 'prom-client';
import { gauge } from './readings.js';
import type { Sources } from './sources.js';

export function declareStorage(registry: Registry, { services: { config, releases } }: Sources): void {
  gauge(registry, {
    name: 'gatehouse_data_dir_free_bytes',
    help: 'Free space of the file system with DATA_DIR.',
    async read() {
      const { bavail, bsize } = await statfs(config.DATA_DIR);
      return bavail * bsize;
    },
  });
  gauge(registry, {
    name: 'gatehouse_data_dir_size_bytes',
    help: 'Size of the file system with DATA_DIR.',
    async read() {
      const { blocks, bsize } = await statfs(config.DATA_DIR);
      return blocks * bsize;
    },
  });
  gauge(registry, {
    name: 'gatehouse_uploads_in_progress',
    help: 'Packages that are being received.',
    read: () => releases.uploads,
  });
}
