import type { Translation } from '../../../i18n/translation.js';

export const en = {
  title: 'Groups',
  none: 'No groups yet',
  count_one: '{{count}} device',
  count_other: '{{count}} devices',
  save: 'Save this filter as a group',
  edit: 'Edit groups',
  name: 'Name',
  saved: 'Saved the group {{name}}.',
  taken: 'This name is already in use.',
  rename: 'Rename',
  delete: 'Delete {{name}}',
  deleteHint: 'Deleting a group keeps its devices.',
};

export const zh: Translation<typeof en> = {
  title: '分组',
  none: '暂无分组',
  count_one: '{{count}} 台设备',
  count_other: '{{count}} 台设备',
  save: '将当前筛选保存为分组',
  edit: '编辑分组',
  name: '名称',
  saved: '已保存分组 {{name}}。',
  taken: '该名称已被使用。',
  rename: '重命名',
  delete: '删除 {{name}}',
  deleteHint: '删除分组不会影响其中的设备。',
};
