import type { Translation } from '../../i18n/translation.js';

export const en = {
  title: 'Account',
  profile: 'Profile',
  save: 'Save',
  saved: 'Your profile is saved.',
  password: 'Change password',
  current: 'Current password',
  next: 'New password',
  passwordHint: 'Your other sessions end; this one goes on.',
  wrong: 'The current password is wrong.',
  change: 'Change password',
  changed: 'Your password is changed, and your other sessions have ended.',
  appearance: 'Language and appearance',
};

export const zh: Translation<typeof en> = {
  title: '账户',
  profile: '个人资料',
  save: '保存',
  saved: '资料已保存。',
  password: '修改密码',
  current: '当前密码',
  next: '新密码',
  passwordHint: '修改后其他会话将结束，当前会话不受影响。',
  wrong: '当前密码错误。',
  change: '修改密码',
  changed: '密码已修改，其他会话已结束。',
  appearance: '语言与外观',
};
