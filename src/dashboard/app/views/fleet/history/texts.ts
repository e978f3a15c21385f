import type { Translation } from '../../../i18n/translation.js';

export const en = {
  title: 'Activity',
  range: 'Time range',
  ranges: { LIVE: '5 min', HOUR: 'Hour', DAY: 'Day', MONTH: 'Month' },
  online: 'Devices online',
  heartbeats: 'Heartbeats per second',
  steady: '{{online}} online',
  between: '{{online}} online ({{min}} to {{max}})',
  perSecond: '{{rate}} per second',
  unknown: 'No data',
  none: 'The gateway has not counted anything in this time yet.',
  since: 'Since',
  average: 'Devices online on average',
  fewest: 'Fewest devices online',
  most: 'Most devices online',
  chart: {
    title: 'Heartbeats per second, all devices',
    now: 'now {{rate}}',
    quiet: 'No heartbeats in the last five minutes',
    quietSince: 'No heartbeats since {{time}}',
    alt: 'Heartbeats per second of all devices over the last five minutes, now {{rate}}',
  },
};

export const zh: Translation<typeof en> = {
  title: '动态',
  range: '时间范围',
  ranges: { LIVE: '5 分钟', HOUR: '一小时', DAY: '一天', MONTH: '一个月' },
  online: '在线设备',
  heartbeats: '每秒心跳数',
  steady: '{{online}} 台在线',
  between: '{{online}} 台在线（{{min}} 至 {{max}}）',
  perSecond: '每秒 {{rate}} 次',
  unknown: '无数据',
  none: '网关在此时间段内尚无统计数据。',
  since: '开始时间',
  average: '平均在线设备',
  fewest: '最少在线设备',
  most: '最多在线设备',
  chart: {
    title: '每秒心跳数（全部设备）',
    now: '当前 {{rate}}',
    quiet: '最近五分钟没有心跳',
    quietSince: '{{time}} 以来没有心跳',
    alt: '最近五分钟全部设备的每秒心跳数，当前 {{rate}}',
  },
};
