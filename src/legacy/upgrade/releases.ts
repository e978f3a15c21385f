import { DomainError } from '../../errors.js';
import { packagePath } from '../../releases/package-name.js';
import { STABLE } from '../../releases/releases.js';
import type { Services } from '../../services.js';
import type { Handler, UploadHandler } from '../dialect.js';
import { failed, ok } from './envelope.js';
import { presentRelease } from './present.js';

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

/** Publishes `file` as `version`, sent as a field of the form, before or behind the file, or in the query. */
export const upload =
  ({ releases }: Services): UploadHandler =>
  async ({ actor, query, form }) => {
    const { fields, file } = await form();
    const parameters = { ...query, ...fields };
    const version = text(parameters.version);
    if (file?.field !== 'file' || version === null) {
      await file?.received.discard();
      return failed(400, version === null ? '版本号不能为空' : '升级文件不能为空');
    }
    const [notes, sha256] = [text(parameters.notes), text(parameters.sha256)];
    const release = await releases.publish(file, { version, channel: STABLE, notes, sha256 }, actor);
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
