import { displayPhone } from '../../users/phone.js';
import type { User } from '../../users/user.entity.js';

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
