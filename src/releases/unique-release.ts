import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../errors.js';
import { Release } from './release.entity.js';
import { VersionForm } from './versions.js';

/**
 * A channel has versions of one form, and each once.
 * @throws DomainError INVALID_INPUT (the other form), CONFLICT
 */
export async function requireNewVersion(
  em: EntityManager,
  { channel, versionForm, versionOrder }: Pick<Release, 'channel' | 'versionForm' | 'versionOrder'>,
): Promise<void> {
  const first = await em.findOne(Release, { channel });
  if (first && first.versionForm !== versionForm) {
    const form = first.versionForm === VersionForm.INTEGER ? 'a whole number' : 'a semantic version';
    throw new DomainError('INVALID_INPUT', `version must be ${form}, as the others in channel ${channel}.`, {
      field: 'version',
    });
  }
  if ((await em.count(Release, { channel, versionOrder })) > 0) {
    throw new DomainError('CONFLICT', `version is already published in channel ${channel}.`, {
      field: 'version',
    });
  }
}

/** A name is downloaded from one path, in whatever channel. @throws DomainError CONFLICT */
export async function requireNewName(em: EntityManager, packageName: string): Promise<void> {
  if ((await em.count(Release, { packageName })) === 0) return;
  throw new DomainError('CONFLICT', `file name is already used by the package ${packageName}.`, {
    field: 'file',
  });
}
