import type { Translation } from '../../i18n/translation.js';

export const en = {
  title: 'Approve a sign-in',
  asks: 'A browser wants to sign in as you',
  compare: 'Only approve if you are in front of it, and it shows this code:',
  from: 'Network address',
  unknownAddress: 'unknown',
  by: 'Calls itself',
  as: 'It will be signed in as',
  approve: 'Approve',
  deny: 'Deny',
  approved: 'Approved. The other screen is signing in.',
  denied: 'Denied. Nobody was signed in.',
  over: 'This code has expired, or was used already. Scan a new one from the other screen.',
  taken: 'Somebody else has scanned this code. Scan a new one from the other screen.',
  noTicket: 'Scan the code that the sign-in page shows on the other screen.',
};

export const zh: Translation<typeof en> = {
  title: '确认登录',
  asks: '有浏览器请求以您的身份登录',
  compare: '仅当您就在该屏幕前，且屏幕显示以下校验码时才确认：',
  from: '网络地址',
  unknownAddress: '未知',
  by: '自称浏览器',
  as: '登录身份',
  approve: '确认登录',
  deny: '拒绝',
  approved: '已确认，另一屏幕正在登录。',
  denied: '已拒绝，未登录任何设备。',
  over: '二维码已过期或已被使用，请在另一屏幕刷新后重新扫描。',
  taken: '该二维码已被他人扫描，请在另一屏幕刷新后重新扫描。',
  noTicket: '请扫描另一屏幕登录页上显示的二维码。',
};
