import type { Translation } from '../../i18n/translation.js';

export const en = {
  title: 'Sessions',
  search: 'Search by device, version or address',
  api: 'API',
  allApis: 'All APIs',
  person: 'Person',
  searched: 'Searches the newest 5,000 sessions. Choose a person or an API to find older ones.',
  none: 'No sessions.',
};

export const zh: Translation<typeof en> = {
  title: '会话',
  search: '按设备、版本或地址搜索',
  api: '接口',
  allApis: '全部接口',
  person: '人员',
  searched: '仅搜索最近的 5,000 个会话。选择人员或接口可查找更早的会话。',
  none: '没有会话。',
};
