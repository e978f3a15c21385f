import type { Translation } from '../../i18n/translation.js';

export const en = {
  title: 'Set up Gatehouse',
  intro: 'Create the first administrator, who can then add everybody else.',
  username: 'Username',
  invalidUsername: 'A username has 1 to 64 visible characters.',
  password: 'Password',
  submit: 'Create and sign in',
  noToken: 'Open the set-up link that the gateway printed when it started.',
  invalid: 'This set-up link is not valid. The latest start of the gateway printed the right one.',
  done: 'There is an administrator already.',
  toSignIn: 'Sign in',
};

export const zh: Translation<typeof en> = {
  title: '初始化 Gatehouse',
  intro: '创建第一位管理员，之后可由其添加其他人员。',
  username: '用户名',
  invalidUsername: '用户名为 1 至 64 个可见字符。',
  password: '密码',
  submit: '创建并登录',
  noToken: '请打开网关启动时打印的初始化链接。',
  invalid: '初始化链接无效，请使用网关最近一次启动时打印的链接。',
  done: '管理员已存在。',
  toSignIn: '去登录',
};
