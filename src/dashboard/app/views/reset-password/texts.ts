import type { Translation } from '../../i18n/translation.js';

export const en = {
  title: 'Set a new password',
  intro: 'Your new password signs you out everywhere.',
  newPassword: 'New password',
  submit: 'Set password',
  invalid: 'This link was used or replaced, or has expired. Ask your administrator for a new one.',
  noToken: 'Open the link that your administrator sent you.',
  done: 'Your password is set.',
  toSignIn: 'Sign in',
};

export const zh: Translation<typeof en> = {
  title: '设置新密码',
  intro: '设置新密码后，您的所有会话将退出登录。',
  newPassword: '新密码',
  submit: '设置密码',
  invalid: '链接已使用、已被新链接取代或已过期，请联系管理员重新获取。',
  noToken: '请打开管理员发送给您的链接。',
  done: '密码已设置。',
  toSignIn: '前往登录',
};
