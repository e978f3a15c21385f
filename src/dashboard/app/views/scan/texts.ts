import type { Translation } from '../../i18n/translation.js';

export const en = {
  title: 'Approve sign-in',
  request: 'A browser wants to sign in as you',
  compare: 'Approve only if you are in front of that browser and it shows this code:',
  address: 'IP address',
  unknownAddress: 'Unknown',
  browser: 'Browser',
  account: 'Account',
  approve: 'Approve',
  deny: 'Deny',
  results: {
    APPROVE: 'Approved. The other browser is signing in.',
    DENY: 'Denied. The other browser is not signed in.',
  },
  expired: 'This code has expired or was already used. Get a new one in the other browser and scan again.',
  taken: 'Someone else has scanned this code. Get a new one in the other browser and scan again.',
  noTicket: 'Scan the QR code on the sign-in page of the other browser.',
};

export const zh: Translation<typeof en> = {
  title: '确认登录',
  request: '有浏览器请求登录您的账号',
  compare: '请确认您就在该浏览器前，且其显示以下校验码：',
  address: 'IP 地址',
  unknownAddress: '未知',
  browser: '浏览器',
  account: '登录账号',
  approve: '确认登录',
  deny: '拒绝',
  results: { APPROVE: '已确认，对方浏览器正在登录。', DENY: '已拒绝，对方浏览器未登录。' },
  expired: '二维码已过期或已被使用，请在对方浏览器上刷新后重新扫码。',
  taken: '该二维码已被他人扫描，请在对方浏览器上刷新后重新扫码。',
  noTicket: '请扫描另一台设备登录页上的二维码。',
};
