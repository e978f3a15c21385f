import type { Translation } from '../i18n/translation.js';

export const en = {
  pages: 'Pages',
  first: 'First page',
  next: 'Next page',
};

export const zh: Translation<typeof en> = {
  pages: '分页',
  first: '首页',
  next: '下一页',
};
