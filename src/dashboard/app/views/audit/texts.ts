import type { Translation } from '../../i18n/translation.js';

export const en = {
  title: 'Audit log',
  none: 'No entries.',
  kind: 'Entry type',
  kinds: {
    all: 'All',
    session: 'Sign-ins',
    user: 'People',
    role: 'Roles',
    key: 'API keys',
    device: 'Devices',
    release: 'Releases',
  },
  person: 'Person: {{name}}',
  removePerson: 'Show all people',
};

export const zh: Translation<typeof en> = {
  title: '审计日志',
  none: '暂无记录。',
  kind: '记录类型',
  kinds: {
    all: '全部',
    session: '登录',
    user: '人员',
    role: '角色',
    key: 'API 密钥',
    device: '设备',
    release: '版本',
  },
  person: '人员：{{name}}',
  removePerson: '显示全部人员的记录',
};
