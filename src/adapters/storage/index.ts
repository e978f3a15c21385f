import type { StorageSettings } from '../../config.js';
import type { PackageInventory, PackageLinks, Storage } from '../../releases/storage.js';
import { traceCalls } from '../../tracing/trace-calls.js';
import type { Tracing } from '../../tracing/tracing.js';
import { DiskStorage } from './disk.js';

/** The storage of packages. */
export interface OpenedStorage {
  readonly storage: Storage;
  readonly inventory: PackageInventory;
  /** Null if all downloads pass through the gateway. */
  readonly links: PackageLinks | null;
  /**
   * Checks that the storage can be used, and stores packages of no other fleet.
   * @param fleetId is called if the storage can be shared.
   * @throws StartError
   */
  claim(fleetId: () => Promise<string>): Promise<void>;
  /** Whether the storage can be used now. @throws DomainError UNAVAILABLE */
  check(): Promise<void>;
}

/**
 * The storage of the settings. Nothing is contacted before `claim`. The SDK of S3 is loaded only for S3.
 * @param tracing records what the storage does; null by default.
 */
export async function openStorage(
  settings: StorageSettings,
  tracing: Tracing | null = null,
): Promise<OpenedStorage> {
  if (settings.kind === 'disk') {
    const disk = new DiskStorage(settings.dataDir);
    const storage = traceCalls(tracing, disk, {
      receive: () => ({ name: 'store package' }),
      open: () => ({ name: 'open package' }),
    });
    return { storage, inventory: storage, links: null, claim: async () => {}, check: () => disk.check() };
  }
  const [{ PackageBucket }, { checkBucket, claimBucket }, { S3Storage }] = await Promise.all([
    import('./s3/package-bucket.js'),
    import('./s3/claim-bucket.js'),
    import('./s3/s3-storage.js'),
  ]);
  const bucket = new PackageBucket(settings, tracing);
  const storage = new S3Storage(bucket);
  return {
    storage,
    inventory: storage,
    links: settings.redirects ? storage : null,
    claim: async (fleetId) => claimBucket(bucket, await fleetId()),
    check: () => checkBucket(bucket),
  };
}
