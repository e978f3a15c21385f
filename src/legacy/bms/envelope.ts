import type { FailureCode, LegacyResponse } from '../dialect.js';
import { unreadableMessage } from '../unreadable.js';

export const ok = (data: object): LegacyResponse => ({
  status: 200,
  body: { status: 200, msg: 'OK', data, ok: true },
});

/** @param status 4xx, even for a server error, like in the console API. */
export const failure = (status: number, msg: string): LegacyResponse => ({
  status: 200,
  body: { status, msg, data: null, ok: false },
});

/** The same for all three, so that it does not reveal which accounts exist. */
const badCredentials = failure(401, '用户名或密码错误');

const failures: Record<FailureCode, LegacyResponse> = {
  ACCOUNT_UNKNOWN: badCredentials,
  ACCOUNT_DISABLED: badCredentials,
  PASSWORD_WRONG: badCredentials,
  SECOND_FACTOR_REQUIRED: badCredentials,
  SECOND_FACTOR_WRONG: badCredentials,
  CHALLENGE_EXPIRED: failure(401, '未登录或登录已过期'),
  STEP_UP_REQUIRED: failure(403, '没有权限'),
  ENROLLMENT_REQUIRED: failure(401, '未登录或登录已过期'),
  PASSKEY_INVALID: badCredentials,
  INVALID_INPUT: failure(400, '请求参数错误'),
  TOO_LARGE: failure(413, '请求参数错误'),
  THROTTLED: failure(429, '操作过于频繁，请稍后再试'),
  UNAUTHENTICATED: failure(401, '未登录或登录已过期'),
  FORBIDDEN: failure(403, '没有权限'),
  CAPTCHA_REQUIRED: failure(400, '请填写验证码'),
  CAPTCHA_INVALID: failure(400, '验证码不正确'),
  CAPTCHA_EXPIRED: failure(400, '验证码不存在或已过期'),
  NOT_FOUND: failure(404, '数据不存在'),
  CONFLICT: failure(409, '数据已存在'),
  LIMIT_REACHED: failure(403, '数量已达上限'),
  UNAVAILABLE: failure(400, '服务繁忙，请稍后再试'),
  FAULT: failure(400, '服务器错误'),
};

export function fail(code: FailureCode, error: Error): LegacyResponse {
  const message = unreadableMessage(error);
  return message === undefined ? failures[code] : failure(400, message);
}
