import { packagePath } from '../../releases/package-name.js';
import type { Release } from '../../releases/release.entity.js';
import { VersionScheme } from '../../releases/versions.js';
import type { RememberedUser } from '../../sessions/caller.js';
import { licenseOf } from '../../users/license.entity.js';
import { displayPhone } from '../../users/phone.js';
import { type User } from '../../users/user.entity.js';
import { localTime } from '../timestamps.js';

/** `data` of the login response and the claims of its token, in the document's key order and spelling. */
export function presentUser(user: User) {
  const { number, statusCode: status, effectDate, expiresAt } = licenseOf(user);
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

/** `data` of the heartbeat response, in the document's key order. A caller is an active user. */
export function presentHeartbeat(user: RememberedUser) {
  return {
    id: user.id,
    username: user.username ?? '',
    mobile: user.phone ? displayPhone(user.phone) : '',
    type: user.type ?? 0,
    openid: user.openId ?? '',
    email: user.email ?? '',
    create_time: user.createdAt,
    modify_time: user.updatedAt,
    is_delete: false,
    is_active: true,
  };
}

/** `data` of the newest release, in the document's key order. `version` is a number if the channel counts integers. */
export function presentRelease(release: Release, publicUrl: string, timeZone: string) {
  const path = packagePath(release.packageName);
  return {
    version: release.versionScheme === VersionScheme.INTEGER ? Number(release.version) : release.version,
    path,
    full_path: publicUrl + path,
    release_time: localTime(release.publishedAt, timeZone),
    desc: release.notes,
  };
}
