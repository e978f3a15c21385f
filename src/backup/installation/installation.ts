import type { OpenedStorage } from '../../adapters/storage/index.js';
import type { Database } from '../../database/database.js';

/** What is backed up, restored or verified. */
export interface Installation {
  readonly db: Database;
  /** Of the database, without a pooler in front. */
  readonly url: string;
  readonly storage: OpenedStorage;
  readonly dataDir: string;
}
