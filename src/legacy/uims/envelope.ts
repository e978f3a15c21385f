import type { FailureCode, LegacyResponse } from '../dialect.js';
import { InvalidParameter } from '../route.js';
import { unreadableMessage } from '../unreadable.js';

export const ok = (body: object): LegacyResponse => ({
  status: 200,
  body: { code: 0, message: 'success', body },
});

export const failure = (message: string): LegacyResponse => ({
  status: 200,
  body: { code: 1, message, body: null },
});

const messages: Record<FailureCode, string> = {
  ACCOUNT_UNKNOWN: '账号错误',
  ACCOUNT_DISABLED: '该账号暂不可用',
  PASSWORD_WRONG: '密码错误',
  SECOND_FACTOR_REQUIRED: '密码错误',
  SECOND_FACTOR_WRONG: '密码错误',
  CHALLENGE_EXPIRED: '未登录或登录已过期',
  STEP_UP_REQUIRED: '没有权限',
  ENROLLMENT_REQUIRED: '未登录或登录已过期',
  PASSKEY_INVALID: '通行密钥无效',
  THROTTLED: '操作过于频繁，请稍后再试',
  INVALID_INPUT: '请求参数错误',
  TOO_LARGE: '请求参数错误',
  UNAUTHENTICATED: '未登录或登录已过期',
  FORBIDDEN: '没有权限',
  CAPTCHA_REQUIRED: '请填写验证码',
  CAPTCHA_INVALID: '验证码不正确',
  CAPTCHA_EXPIRED: '验证码不存在或已过期',
  NOT_FOUND: '数据不存在',
  CONFLICT: '数据已存在',
  LIMIT_REACHED: '数量已达上限',
  UNAVAILABLE: '服务繁忙，请稍后再试',
  FAULT: '服务器错误',
};

/** The schema in `routes.ts` carries the documented message of an invalid parameter. */
export const fail = (code: FailureCode, error: Error): LegacyResponse =>
  failure(error instanceof InvalidParameter ? error.message : (unreadableMessage(error) ?? messages[code]));
