import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../errors.js';
import { requireNewChannel } from './channels.js';
import { Release } from './release.entity.js';
import { VersionScheme } from './versions.js';

/**
 * All versions of a channel follow one scheme, and each is published once.
 * @throws DomainError INVALID_INPUT (version, channel), CONFLICT (version)
 */
export async function requireNewVersion(
  em: EntityManager,
  { channel, versionScheme, versionOrder }: Pick<Release, 'channel' | 'versionScheme' | 'versionOrder'>,
): Promise<void> {
  const first = await em.findOne(Release, { channel });
  if (!first) await requireNewChannel(em, channel);
  if (first && first.versionScheme !== versionScheme) {
    const scheme = first.versionScheme === VersionScheme.INTEGER ? 'a whole number' : 'a semantic version';
    throw new DomainError(
      'INVALID_INPUT',
      `version must be ${scheme}, like the others in channel ${channel}.`,
      {
        field: 'version',
      },
    );
  }
  if ((await em.count(Release, { channel, versionOrder })) > 0) {
    throw new DomainError('CONFLICT', `version is already published in channel ${channel}.`, {
      field: 'version',
    });
  }
}

/** A package name is unique over all channels, since it is the path of the download. @throws DomainError CONFLICT (file) */
export async function requireNewName(em: EntityManager, packageName: string): Promise<void> {
  if ((await em.count(Release, { packageName })) === 0) return;
  throw new DomainError('CONFLICT', `file must have another name: ${packageName} is already published.`, {
    field: 'file',
  });
}
