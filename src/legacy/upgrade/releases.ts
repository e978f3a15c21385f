import { z } from 'zod';
import { DomainError } from '../../errors.js';
import { packagePath } from '../../releases/package-name.js';
import { STABLE } from '../../releases/releases.js';
import type { Services } from '../../services.js';
import type { LegacyResponse, LegacyUpload } from '../dialect.js';
import { firstMissing, type Handler } from '../route.js';
import { failure, ok } from './envelope.js';
import { presentRelease } from './present.js';

const text = z.string().min(1).catch('');

/** Parameters of an upload besides the file. */
export const PackageParameters = z.object({
  version: text.describe('Integer or semantic version.'),
  notes: text.default('').describe('What is new. Shown as `desc`.'),
  sha256: text.default('').describe('SHA-256 of the file, in hex. Another file is rejected.'),
});

export const packageMissing = {
  version: failure(400, '版本号不能为空'),
  file: failure(400, '升级文件不能为空'),
};

/** Publishes `file`. The other parameters may come before or after the file, or in the query. */
export function upload({ releases }: Services) {
  return async ({ actor, query, form }: LegacyUpload): Promise<LegacyResponse> => {
    const { fields, file } = await form();
    const { version, notes, sha256 } = PackageParameters.parse({ ...query, ...fields });
    const missing = firstMissing({ version, file: file?.field === 'file' ? file : null }, packageMissing);
    if (missing || !file) {
      await file?.received.discard();
      return missing ?? packageMissing.file;
    }
    const details = { version, channel: STABLE, notes: notes || null, sha256: sha256 || null };
    const release = await releases.publish(file, details, actor);
    return ok({ path: packagePath(release.packageName) }, 'success');
  };
}

/** Shows the newest release. */
export function checkVersion({ releases, config }: Services): Handler<z.ZodObject> {
  return async (_input, { publicUrl }) => {
    const release = await releases.latest(STABLE);
    if (!release) throw new DomainError('NOT_FOUND', 'There is no release.');
    return ok(presentRelease(release, publicUrl, config.TIME_ZONE), 'success');
  };
}
