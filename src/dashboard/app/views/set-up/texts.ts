import type { Translation } from '../../i18n/translation.js';

export const en = {
  title: 'Set up Gatehouse',
  intro: 'Create the first administrator. You can add other people afterwards.',
  username: 'Username',
  invalidUsername: 'Enter 1 to 64 visible characters.',
  password: 'Password',
  submit: 'Create account',
  noToken: 'Open the set-up link that the gateway printed at startup.',
  invalid: 'This set-up link is invalid. Use the link that the gateway printed at its latest startup.',
  done: 'An administrator already exists.',
  toSignIn: 'Sign in',
};

export const zh: Translation<typeof en> = {
  title: '初始化 Gatehouse',
  intro: '创建首位管理员，之后可以添加其他人员。',
  username: '用户名',
  invalidUsername: '请输入 1 至 64 个可见字符。',
  password: '密码',
  submit: '创建账号',
  noToken: '请打开网关启动时输出的初始化链接。',
  invalid: '初始化链接无效，请使用网关最近一次启动时输出的链接。',
  done: '管理员已存在。',
  toSignIn: '前往登录',
};
