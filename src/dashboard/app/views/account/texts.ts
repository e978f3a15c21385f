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
  first: 'Set a password',
  firstHint:
    'You sign in by SMS code. With a password, you can sign in without a code, too. Setting it signs you out everywhere else.',
  firstTooLate: 'Sign out, sign in again with an SMS code, and set the password within 10 minutes.',
  firstSet: 'Password set. You are signed out everywhere else.',
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
  first: '设置密码',
  firstHint: '您目前通过短信验证码登录。设置密码后，也可以使用密码登录，您的其他会话将退出登录。',
  firstTooLate: '请退出登录，使用短信验证码重新登录，并在 10 分钟内设置密码。',
  firstSet: '密码已设置，其他会话已退出登录。',
  appearance: '语言与外观',
};
