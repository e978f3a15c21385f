import type { Translation } from '../../i18n/translation.js';

export const en = {
  title: 'Account',
  profile: 'Profile',
  save: 'Save',
  saved: 'Profile saved.',
  password: 'Change password',
  current: 'Current password',
  next: 'New password',
  passwordHint: 'A new password signs you out everywhere else.',
  wrong: 'Incorrect current password.',
  change: 'Change password',
  changed: 'Password changed. You are signed out everywhere else.',
  appearance: 'Language and appearance',
};

export const zh: Translation<typeof en> = {
  title: '我的账号',
  profile: '个人资料',
  save: '保存',
  saved: '资料已保存。',
  password: '修改密码',
  current: '当前密码',
  next: '新密码',
  passwordHint: '修改密码后，您的其他会话将退出登录。',
  wrong: '当前密码错误。',
  change: '修改密码',
  changed: '密码已修改，其他会话已退出登录。',
  appearance: '语言与外观',
};
