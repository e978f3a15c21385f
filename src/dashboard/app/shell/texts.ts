import type { Translation } from '../i18n/translation.js';

export const en = {
  skip: 'Skip to content',
  navigation: 'Main navigation',
  menu: 'Menu',
  reference: 'API reference',
  explorer: 'GraphQL explorer',
  signOut: 'Sign out',
  notFound: 'Page not found.',
  backToFleet: 'Back to fleet',
  broken: 'This page could not be shown',
  brokenHint: 'The gateway may have been updated. Reload the page. If that does not help, report this error:',
  reload: 'Reload',
  reconnecting: 'Connection lost. Reconnecting…',
  outdatedSince: 'This page has not been updated since {{time}}.',
};

export const zh: Translation<typeof en> = {
  skip: '跳到正文',
  navigation: '主导航',
  menu: '菜单',
  reference: 'API 文档',
  explorer: 'GraphQL 调试',
  signOut: '退出登录',
  notFound: '页面不存在。',
  backToFleet: '返回设备总览',
  broken: '页面无法显示',
  brokenHint: '网关可能已更新，请重新加载页面。如仍无法显示，请反馈以下错误：',
  reload: '重新加载',
  reconnecting: '连接已断开，正在重新连接…',
  outdatedSince: '本页数据自 {{time}} 起未更新。',
};
