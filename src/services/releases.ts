import { NewestRelease } from '../releases/newest-release.js';
import { ReleaseEvents } from '../releases/release-events.js';
import { Releases } from '../releases/releases.js';
import { UploadSlots } from '../releases/upload-slots.js';
import type { Core, Dependencies } from './core.js';

/** Releases and their packages. */
export function createReleases(
  { config, db, clock, events }: Core,
  { storage, links, check }: Dependencies['packageStorage'],
) {
  const releases = new Releases(db, storage, events, clock, config.UPLOAD_LIMIT);
  return {
    releases,
    uploadSlots: new UploadSlots(),
    packageLinks: links,
    storageCheck: check,
    releaseEvents: new ReleaseEvents(db, events),
    newestRelease: new NewestRelease(releases, events),
  };
}
