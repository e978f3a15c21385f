import { z } from 'zod';
import { DomainError } from '../../errors.js';
import { packagePath } from '../../releases/package-name.js';
import { STABLE } from '../../releases/releases.js';
import type { Services } from '../../services.js';
import type { Handler, UploadHandler } from '../dialect.js';
import { failure, ok } from './envelope.js';
import { presentRelease } from './present.js';

const text = z.string().min(1).catch('');

/** What comes with the file. */
export const Package = z.object({
  version: text.describe('A whole number, or a semantic version.'),
  notes: text.default('').describe('What is new; shown as `desc`.'),
  sha256: text.default('').describe('The SHA-256 that the file must have, in hex.'),
});

export const packageMissing = { version: '版本号不能为空', file: '升级文件不能为空' };

/** Publishes `file` as `version`, sent as a field of the form, before or behind the file, or in the query. */
export const upload =
  ({ releases }: Services): UploadHandler =>
  async ({ actor, query, form }) => {
    const { fields, file } = await form();
    const { version, notes, sha256 } = Package.parse({ ...query, ...fields });
    if (file?.field !== 'file' || version === '') {
      await file?.received.discard();
      return failure(400, packageMissing[version === '' ? 'version' : 'file']);
    }
    const details = { version, channel: STABLE, notes: notes || null, sha256: sha256 || null };
    const release = await releases.publish(file, details, actor);
    return ok({ path: packagePath(release.packageName) }, 'success');
  };

/** The newest version, to anybody. */
export const checkVersion =
  ({ releases, config }: Services): Handler =>
  async ({ publicUrl }) => {
    const release = await releases.latest(STABLE);
    if (!release) throw new DomainError('NOT_FOUND', 'There is no release.');
    return ok(presentRelease(release, publicUrl, config.TIME_ZONE), 'success');
  };
