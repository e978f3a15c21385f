import { displayPhone } from '../../users/phone.js';
import { type User, UserStatus } from '../../users/user.entity.js';
import { rfc3339 } from '../timestamps.js';

/** The login name to show: the username, or else the phone. */
export const presentAccount = ({ username, phone }: User): string =>
  username ?? (phone === null ? '' : displayPhone(phone));

/** `body.user` of the login response, in the document's key order. */
export function presentUser(user: User, timeZone: string) {
  return {
    account: presentAccount(user),
    created_at: rfc3339(user.createdAt, timeZone),
    email: user.email ?? '',
    encrypt_type: 0,
    id: user.id,
    na_code: user.countryCode,
    open_id: user.openId ?? '',
    phone: user.phone === null ? '' : displayPhone(user.phone),
    status: user.status === UserStatus.ACTIVE ? 'Y' : 'N',
    updated_at: rfc3339(user.updatedAt ?? user.createdAt, timeZone),
    user_code: user.userCode,
    user_type: user.userType ?? '',
  };
}
