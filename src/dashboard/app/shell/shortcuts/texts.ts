import type { Translation } from '../../i18n/translation.js';

export const en = {
  title: 'Keyboard shortcuts',
  search: 'Search',
  help: 'Show this list',
  followedBy: 'then',
};

export const zh: Translation<typeof en> = {
  title: '键盘快捷键',
  search: '搜索',
  help: '显示此列表',
  followedBy: '然后',
};
