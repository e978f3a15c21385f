import type { Translation } from '../../i18n/translation.js';

export const en = {
  open: 'Search',
  placeholder: 'Search devices, people, releases and views',
  results: 'Results',
  hint: 'Type to search, ↑ and ↓ to choose, Enter to open.',
  none: 'Nothing matches.',
  searching: 'Searching…',
  found_one: '{{count}} result',
  found_other: '{{count}} results',
  groups: {
    recent: 'Recent',
    views: 'Views',
    devices: 'Devices',
    people: 'People',
    releases: 'Releases',
    actions: 'Actions',
  },
  inFleet: 'Show devices with “{{text}}” in the fleet',
  inAudit: 'Search the audit log for “{{text}}”',
};

export const zh: Translation<typeof en> = {
  open: '搜索',
  placeholder: '搜索设备、人员、版本和页面',
  results: '搜索结果',
  hint: '输入以搜索，按 ↑ 和 ↓ 选择，按回车打开。',
  none: '没有匹配的结果。',
  searching: '正在搜索…',
  found_one: '{{count}} 个结果',
  found_other: '{{count}} 个结果',
  groups: {
    recent: '最近打开',
    views: '页面',
    devices: '设备',
    people: '人员',
    releases: '版本',
    actions: '操作',
  },
  inFleet: '在设备总览中显示包含“{{text}}”的设备',
  inAudit: '在审计日志中搜索“{{text}}”',
};
