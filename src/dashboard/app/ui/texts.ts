import type { Translation } from '../i18n/translation.js';

export const en = {
  loading: 'Loading…',
  retry: 'Try again',
  failed: 'That did not work',
  notFound: 'There is no such page.',
  backToFleet: 'Back to the fleet',
  /** By the codes of the server; what has none here is shown as the server words it. */
  codes: {
    NETWORK: 'The gateway cannot be reached. Check your connection.',
    UNAUTHENTICATED: 'Your session has ended. Sign in again.',
    FORBIDDEN: 'You may not do this.',
    BAD_CREDENTIALS: 'The account or the password is wrong.',
    CAPTCHA_REQUIRED: 'Answer the picture first.',
    CAPTCHA_INVALID: 'The code is wrong.',
    CAPTCHA_EXPIRED: 'The code has expired. Ask for a new one.',
    ACCOUNT_DISABLED: 'This account is disabled.',
    NOT_FOUND: 'It is not there any more.',
    CONFLICT: 'Somebody or something else has this name already.',
    TOO_LARGE: 'The file is too large.',
    UNAVAILABLE: 'The gateway cannot do this right now. Try again later.',
    INTERNAL_SERVER_ERROR: 'Something went wrong in the gateway.',
  },
  throttled: 'Too many tries. Wait a moment.',
  throttledFor_one: 'Too many tries. Wait {{count}} second.',
  throttledFor_other: 'Too many tries. Wait {{count}} seconds.',
};

export const zh: Translation<typeof en> = {
  loading: '加载中…',
  retry: '重试',
  failed: '操作失败',
  notFound: '页面不存在。',
  backToFleet: '返回设备总览',
  codes: {
    NETWORK: '无法连接网关，请检查网络。',
    UNAUTHENTICATED: '会话已结束，请重新登录。',
    FORBIDDEN: '您没有权限执行此操作。',
    BAD_CREDENTIALS: '账号或密码错误。',
    CAPTCHA_REQUIRED: '请先输入图片验证码。',
    CAPTCHA_INVALID: '验证码错误。',
    CAPTCHA_EXPIRED: '验证码已过期，请重新获取。',
    ACCOUNT_DISABLED: '该账号已停用。',
    NOT_FOUND: '内容已不存在。',
    CONFLICT: '名称已被占用。',
    TOO_LARGE: '文件过大。',
    UNAVAILABLE: '网关暂时无法处理，请稍后再试。',
    INTERNAL_SERVER_ERROR: '网关内部出错。',
  },
  throttled: '尝试次数过多，请稍候。',
  throttledFor_one: '尝试次数过多，请等待 {{count}} 秒。',
  throttledFor_other: '尝试次数过多，请等待 {{count}} 秒。',
};
