import type { Translation } from '../../i18n/translation.js';

export const en = {
  title: 'Roles',
  add: 'Add role',
  builtIn: 'Built in',
  edit: 'Edit',
  editOf: 'Edit {{name}}',
  editTitle: 'Edit role',
  delete: 'Delete',
  deleteOf: 'Delete {{name}}',
  deleteTitle: 'Delete the role {{name}}?',
  deleteHint: 'Only a role that nobody has can be deleted.',
  name: 'Name',
  code: 'Code',
  codeHint: 'Names the role in the API and on the command line.',
  permissions: 'Permissions',
  permissionsHint: 'In addition to those of a member. You can grant only what you may do yourself.',
  secondFactor: 'Second factor required',
  requiresSecondFactor: 'Require a second factor',
  requiresSecondFactorHint:
    'People with this role who have none must set one up before they can do anything else. It takes effect at once.',
  save: 'Save role',
  taken: 'Another role has this code.',
  invalid: {
    code: 'Enter capital letters, digits and underscores, beginning with a letter.',
    name: 'Enter 1 to 64 characters.',
  },
  failures: {
    CONFLICT: 'Take the role from everyone who has it first.',
    FORBIDDEN: 'The role has permissions that you do not have.',
  },
};

export const zh: Translation<typeof en> = {
  title: '角色',
  add: '添加角色',
  builtIn: '内置',
  edit: '编辑',
  editOf: '编辑 {{name}}',
  editTitle: '编辑角色',
  delete: '删除',
  deleteOf: '删除 {{name}}',
  deleteTitle: '删除角色 {{name}}？',
  deleteHint: '只能删除没有人拥有的角色。',
  name: '名称',
  code: '代码',
  codeHint: '在 API 和命令行中使用。',
  permissions: '权限',
  permissionsHint: '在成员的权限之外授予。您只能授予自己拥有的权限。',
  secondFactor: '要求两步验证',
  requiresSecondFactor: '要求两步验证',
  requiresSecondFactorHint: '拥有此角色但未启用两步验证的人员，必须先启用才能执行其他操作。立即生效。',
  save: '保存角色',
  taken: '该代码已被其他角色使用。',
  invalid: {
    code: '请输入大写字母、数字和下划线，并以字母开头。',
    name: '请输入 1 至 64 个字符。',
  },
  failures: {
    CONFLICT: '请先从所有人员中移除该角色。',
    FORBIDDEN: '该角色包含您没有的权限。',
  },
};
