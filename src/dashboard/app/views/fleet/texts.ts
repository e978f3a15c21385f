import type { Translation } from '../../i18n/translation.js';
import * as addDevices from './add-devices/texts.js';
import * as bulk from './bulk/texts.js';
import * as filters from './filters/texts.js';
import * as groups from './groups/texts.js';
import * as history from './history/texts.js';
import * as list from './list/texts.js';

export const en = {
  title: 'Fleet',
  live: 'Live',
  add: addDevices.en,
  liveHint: 'This page updates as devices change.',
  total: 'Devices',
  cameOnline: '{{count}} came online in the last minute',
  wentOffline: '{{count}} went offline in the last minute',
  cameOnlineSince: '{{count}} came online since {{time}}',
  wentOfflineSince: '{{count}} went offline since {{time}}',
  lastMinute: 'in 1 min',
  soFar: 'so far',
  share: '{{percent}} online',
  history: history.en,
  degraded: {
    title: 'Presence may be inaccurate',
    text: 'Many devices stopped sending heartbeats at once, which may be a network problem of the gateway. They stay online here for up to two heartbeat intervals.',
  },
  missedChanges: {
    none: 'Reconnected. Nothing changed in the meantime.',
    replayed_one: 'Reconnected. {{count}} missed change was applied.',
    replayed_other: 'Reconnected. {{count}} missed changes were applied.',
    reloaded: 'Reconnected. Missed changes could not be replayed, so all devices were reloaded.',
    dismiss: 'Dismiss',
  },
  filters: filters.en,
  groups: groups.en,
  bulk: bulk.en,
  list: list.en,
};

export const zh: Translation<typeof en> = {
  title: '设备总览',
  live: '实时',
  add: addDevices.zh,
  liveHint: '本页随设备状态实时更新。',
  total: '设备总数',
  cameOnline: '最近一分钟上线 {{count}} 台',
  wentOffline: '最近一分钟离线 {{count}} 台',
  cameOnlineSince: '{{time}} 以来上线 {{count}} 台',
  wentOfflineSince: '{{time}} 以来离线 {{count}} 台',
  lastMinute: '近一分钟',
  soFar: '至今',
  share: '在线率 {{percent}}',
  history: history.zh,
  degraded: {
    title: '在线状态可能不准确',
    text: '大量设备同时停止发送心跳，可能是网关的网络出现问题。这些设备最多在两个心跳周期内仍显示为在线。',
  },
  missedChanges: {
    none: '已重新连接，期间没有变化。',
    replayed_one: '已重新连接，并补上了期间的 {{count}} 次变化。',
    replayed_other: '已重新连接，并补上了期间的 {{count}} 次变化。',
    reloaded: '已重新连接。期间的变化无法补发，已重新加载全部设备。',
    dismiss: '关闭提示',
  },
  filters: filters.zh,
  groups: groups.zh,
  bulk: bulk.zh,
  list: list.zh,
};
