import type { OpenedSession } from '../../sessions/sessions.js';
import { displayPhone } from '../../users/phone.js';
import type { User } from '../../users/user.entity.js';

const FULL_TIME = 'FULL_TIME';

/**
 * `data` of the login response, in the document's key order. `expires_in` is in seconds.
 * @param now milliseconds since the epoch.
 */
export const presentLogin = ({ accessToken, refreshToken, session, user }: OpenedSession, now: number) => ({
  access_token: accessToken,
  token_type: 'bearer',
  refresh_token: refreshToken,
  expires_in: Math.floor((session.tokenExpiresAt.getTime() - now) / 1000),
  scope: user.userType ?? '',
  loginUser: presentUser(user),
});

/** Constants are the values of the sample: the gateway stores no such data. */
function presentUser(user: User) {
  const employee = user.employee ?? {};
  const status = employee.status ?? FULL_TIME;
  const phone = user.phone ? displayPhone(user.phone) : '';
  return {
    id: String(user.id),
    username: user.username ?? phone,
    jobNumber: employee.jobNumber ?? null,
    password: '',
    nickname: user.nickname ?? '',
    companyPhone: employee.companyPhone ?? null,
    email: user.email,
    headImgUrl: user.avatarUrl,
    phone,
    sex: employee.sex ?? null,
    loginByPhone: employee.loginByPhone ?? null,
    type: user.type,
    sort: employee.sort ?? null,
    petName: employee.petName ?? null,
    wechatName: employee.wechatName ?? null,
    deptName: employee.deptName ?? null,
    deptPath: employee.deptPath ?? null,
    deptDescription: employee.deptDescription ?? null,
    status,
    positionCode: employee.positionCode ?? null,
    positionId: employee.positionId ?? 0,
    positionName: employee.positionName ?? '',
    deptId: employee.deptId ?? null,
    companyId: employee.companyId ?? null,
    groupId: employee.groupId ?? null,
    groupName: employee.groupName ?? null,
    companyName: employee.companyName ?? '',
    isDelete: 0,
    isRanking: null,
    salaryElementType: null,
    allowance: null,
    info: null,
    createTime: null,
    updateTime: null,
    createUserId: null,
    updateUserId: null,
    isLocked: 0,
    lockTime: null,
    sysRoles: presentRoles(user),
    entryTime: null,
    entryType: null,
    entryCode: null,
    preInstallRole: null,
    companyPhones: null,
    contact: null,
    inContacts: null,
    isAttend: null,
    templateId: null,
    peculiarStatus: null,
    applyDismissionTime: null,
    isCalculateSalary: null,
    collectionCodeUrl: null,
    transfer: null,
    holiday: null,
    leave: null,
    extraWork: null,
    city: employee.city ?? '',
    isRetire: null,
    isPosition: employee.isPosition ?? 0,
    isRegular: employee.isRegular ?? 0,
    isHomeWork: employee.isHomeWork ?? 0,
    peculiarStatusDesc: employee.peculiarStatusDesc ?? '',
    holderId: null,
    deptLeader: null,
    respLeaderJobNumber: null,
    invalidDate: null,
    teamId: null,
    teamName: null,
    skinType: null,
    accountNonLocked: true,
    enabled: true,
    credentialsNonExpired: true,
    entryDate: employee.entryDate ?? -1,
    statusDesc: employee.statusDesc ?? (status === FULL_TIME ? '正式员工' : ''),
  };
}

const presentRoles = (user: User) =>
  user.roles
    .getItems()
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, code, name }) => ({ id, code, name, type: null, noticeRoleId: null, permissions: null }));
