import type { Translation } from '../i18n/translation.js';

export const en = {
  product: 'Gatehouse',
  skip: 'Skip to the content',
  navigation: 'Views',
  menu: 'Menu',
  language: 'Language',
  theme: 'Appearance',
  themes: { light: 'Light', dark: 'Dark', auto: 'As the system' },
  showPassword: 'Show or hide the password',
  reference: 'API reference',
  explorer: 'GraphQL explorer',
  signOut: 'Sign out',
  linkLost: 'The live link is lost. What you see may be out of date; it catches up once the link is back.',
  linkLostSince: 'Lost',
};

export const zh: Translation<typeof en> = {
  product: 'Gatehouse',
  skip: '跳到正文',
  navigation: '页面',
  menu: '菜单',
  language: '语言',
  theme: '外观',
  themes: { light: '浅色', dark: '深色', auto: '跟随系统' },
  showPassword: '显示或隐藏密码',
  reference: 'API 文档',
  explorer: 'GraphQL 调试',
  signOut: '退出登录',
  linkLost: '实时连接已断开，当前内容可能不是最新；恢复连接后将自动补齐。',
  linkLostSince: '断开于',
};
