import { displayPhone } from '../../users/phone.js';
import { Gender, type User, UserStatus } from '../../users/user.entity.js';

/** `data` of the login response, in the document's key order. Times are in milliseconds since the epoch. */
export function presentLogin(userToken: string, user: User) {
  return { userToken, code: 0, teacher: presentTeacher(user), account: presentAccount(user) };
}

function presentTeacher(user: User) {
  return {
    accountId: user.id,
    bindphone: '',
    createdAt: user.createdAt.getTime(),
    email: user.email ?? '',
    id: user.id,
    name: user.name ?? '',
    openid: user.openId ?? '',
    orderBy: '',
    phone: user.phone ? displayPhone(user.phone) : '',
    type: user.type ?? 0,
    updatedAt: (user.updatedAt ?? user.createdAt).getTime(),
  };
}

function presentAccount(user: User) {
  return {
    avatarUrl: user.avatarUrl ?? '',
    createdAt: user.createdAt.getTime(),
    email: user.email ?? '',
    // The documented key stays, but a hash never leaves the gateway.
    encryptedPassword: '',
    gender: user.gender === Gender.FEMALE,
    id: user.id,
    name: user.name ?? '',
    orderBy: '',
    phone: user.phone ? displayPhone(user.phone) : '',
    updatedAt: (user.updatedAt ?? user.createdAt).getTime(),
    usable: user.status === UserStatus.ACTIVE,
  };
}
