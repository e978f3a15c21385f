import { packagePath } from '../../releases/package-name.js';
import type { Release } from '../../releases/release.entity.js';
import { VersionForm } from '../../releases/versions.js';
import { displayPhone } from '../../users/phone.js';
import type { User } from '../../users/user.entity.js';
import { wallClock } from '../timestamps.js';

/** The user as the login answer and its token show them, in the document's key order and spelling. */
export function presentUser(user: User) {
  const { number, status, effectDate, expiresAt } = user.license;
  return {
    account: user.phone ? displayPhone(user.phone) : (user.username ?? ''),
    password: '',
    name: user.name ?? '',
    imgsrc: user.avatarUrl ?? '',
    signature: user.signature ?? '',
    breif: user.brief,
    license_number: number,
    status,
    effect_date: effectDate?.toISOString() ?? null,
    expired_time: expiresAt?.toISOString() ?? null,
  };
}

/** A release in the document's key order; its version as a number where it is one. */
export function presentRelease(release: Release, publicUrl: string, timeZone: string) {
  const path = packagePath(release.packageName);
  return {
    version: release.versionForm === VersionForm.INTEGER ? Number(release.version) : release.version,
    path,
    full_path: publicUrl + path,
    release_time: wallClock(release.publishedAt, timeZone),
    desc: release.notes,
  };
}
