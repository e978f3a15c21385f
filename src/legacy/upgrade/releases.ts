import { finished } from 'node:stream/promises';
import { z } from 'zod';
import { DomainError } from '../../errors.js';
import { STABLE } from '../../releases/channels.js';
import type { NewRelease } from '../../releases/new-release.js';
import { packagePath } from '../../releases/package-name.js';
import type { Services } from '../../services.js';
import { payerOf, waiterOf } from '../../sessions/payer.js';
import type { LegacyRequest, LegacyResponse, LegacyUpload } from '../dialect.js';
import { formParameters } from '../form-fields.js';
import type { Handler } from '../route.js';
import { failure, ok } from './envelope.js';
import { presentRelease } from './present.js';

/** A number is accepted: `1113` easily loses its quotes in JSON. */
const text = z.union([z.string(), z.int().transform(String)]).catch('');

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

/**
 * Publishes `file`. The other parameters may come before or after the file, or in the query: those that are known when
 * the file begins are checked before it is received.
 */
export function upload({ releases }: Services) {
  return async ({ actor, query, form, receive }: LegacyUpload): Promise<LegacyResponse> => {
    const readParameters = () => PackageParameters.parse({ ...query, ...formParameters(form) });
    const file = await form.file;
    const early = readParameters();
    if (file?.field !== 'file') {
      // A missing version is reported first, and it may follow the file.
      if (file && early.version === '') await finished(file.content.resume());
      return packageMissing[readParameters().version === '' ? 'version' : 'file'];
    }
    if (early.version !== '') {
      await releases.requirePublishable(newRelease(early));
      await releases.requireNewFileName(file.name, early.version);
    }
    const staged = await receive(file);
    const parameters = readParameters();
    if (parameters.version === '') {
      await staged.discard();
      return packageMissing.version;
    }
    const release = await releases.publish({ name: file.name, staged }, newRelease(parameters), actor);
    return ok({ path: packagePath(release.packageName) }, 'success');
  };
}

const newRelease = ({ version, notes, sha256 }: z.output<typeof PackageParameters>): NewRelease => ({
  version,
  channel: STABLE,
  notes: notes || null,
  sha256: sha256 || null,
});

/** Shows the newest release: to a device that its token and its id identify, that of its channel. */
export function checkVersion(services: Services): Handler<z.ZodObject> {
  const { releases, databaseTurns, config } = services;
  return async (_input, request) => {
    const { publicUrl, client } = request;
    const waiter = waiterOf(payerOf(null, client));
    const release = await databaseTurns.run(waiter, 1, async () =>
      releases.latest(await channelOf(services, request)),
    );
    if (!release) throw new DomainError('NOT_FOUND', 'There is no release.');
    return ok(presentRelease(release, publicUrl, config.TIME_ZONE), 'success');
  };
}

/** A token is not required: an unknown one, and one that has expired, is offered what everybody is. */
async function channelOf(
  { sessions, devices, deviceSettings }: Services,
  { token, client }: LegacyRequest,
): Promise<string> {
  if (token === null || deviceSettings.areAllStable) return STABLE;
  const caller = await sessions.authenticate(token, { address: client.address });
  const id = caller && (await devices.idOf(caller, client.deviceId ?? caller.deviceId));
  return id === null ? STABLE : deviceSettings.channelOf(id);
}
