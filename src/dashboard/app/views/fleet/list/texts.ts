import type { Translation } from '../../../i18n/translation.js';

export const en = {
  label: 'Devices',
  device: 'Device',
  owner: 'Owner',
  api: 'API',
  version: 'Version',
  lastSeen: 'Last seen',
  count_one: '{{count}} device',
  count_other: '{{count}} devices',
  loading: '{{loaded}} of {{total}} loaded',
  limited: 'Showing the first {{loaded}} of {{total}}. Search to find others.',
  none: 'No devices yet. A device appears with its first heartbeat.',
  noMatch: 'No matching devices.',
};

export const zh: Translation<typeof en> = {
  label: '设备',
  device: '设备',
  owner: '所属用户',
  api: '接口',
  version: '版本',
  lastSeen: '最近在线',
  count_one: '{{count}} 台设备',
  count_other: '{{count}} 台设备',
  loading: '已加载 {{loaded}} / {{total}}',
  limited: '共 {{total}} 台，仅显示前 {{loaded}} 台，请通过搜索查找其他设备。',
  none: '暂无设备。设备首次发送心跳后会显示在这里。',
  noMatch: '没有符合条件的设备。',
};
