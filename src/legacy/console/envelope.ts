import { DomainError } from '../../errors.js';
import type { FailureCode, LegacyResponse } from '../dialect.js';

export const ok = (data: object | null): LegacyResponse => ({
  status: 200,
  body: { code: 200, msg: '成功', data, success: true },
});

/** @param code 4xx: the document knows only "200, or not", so a fault of ours is 4xx too. */
export const failure = (code: number, msg: string): LegacyResponse => ({
  status: 200,
  body: { code, msg, data: null, success: false },
});

/** Nobody learns here which usernames exist: the same words for an unknown, a disabled and a mistyped login. */
const badCredentials = failure(401, '用户名或密码错误');

const failures: Record<FailureCode, LegacyResponse> = {
  ACCOUNT_UNKNOWN: badCredentials,
  ACCOUNT_DISABLED: badCredentials,
  PASSWORD_WRONG: badCredentials,
  CAPTCHA_REQUIRED: failure(400, '请填写验证码'),
  CAPTCHA_EXPIRED: failure(400, '验证码不存在或已过期'),
  CAPTCHA_INVALID: failure(400, '验证码不正确'),
  INVALID_INPUT: failure(400, '请求参数错误'),
  TOO_LARGE: failure(413, '请求参数错误'),
  THROTTLED: failure(429, '操作过于频繁，请稍后再试'),
  UNAUTHENTICATED: failure(401, '未登录或登录已过期'),
  FORBIDDEN: failure(403, '没有权限'),
  NOT_FOUND: failure(404, '数据不存在'),
  CONFLICT: failure(409, '数据已存在'),
  UNAVAILABLE: failure(400, '服务繁忙，请稍后再试'),
  FAULT: failure(400, '服务器错误'),
};

/** Whoever has shown the code that the phone received may learn what became of its account. */
export const phoneFailures: Partial<Record<FailureCode, LegacyResponse>> = {
  ACCOUNT_UNKNOWN: failure(404, '手机号不存在'),
  ACCOUNT_DISABLED: failure(403, '该账号暂不可用'),
  INVALID_INPUT: failure(400, '请填写正确的手机号'),
};

export const fail = (code: FailureCode): LegacyResponse => failures[code];

/** The refusals of a request about a phone that have words of their own; any other error is thrown on. */
export function failForPhone(error: unknown): LegacyResponse {
  const answer = error instanceof DomainError ? phoneFailures[error.code] : undefined;
  if (answer) return answer;
  throw error;
}
