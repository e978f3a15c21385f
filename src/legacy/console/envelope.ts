import { DomainError } from '../../errors.js';
import type { FailureCode, LegacyResponse } from '../dialect.js';
import { InvalidParameter } from '../route.js';
import { unreadableMessage } from '../unreadable.js';

export const ok = (data: object | null): LegacyResponse => ({
  status: 200,
  body: { code: 200, msg: '成功', data, success: true },
});

/** @param code 4xx, even for a server error: the document has only "200, or not 200". */
export const failure = (code: number, msg: string): LegacyResponse => ({
  status: 200,
  body: { code, msg, data: null, success: false },
});

/** The same for all three, so that it does not reveal which usernames exist. */
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
  LIMIT_REACHED: failure(403, '数量已达上限'),
  UNAVAILABLE: failure(400, '服务繁忙，请稍后再试'),
  FAULT: failure(400, '服务器错误'),
};

/** The schemas in `routes.ts` carry the documented message of an invalid parameter. */
export function fail(code: FailureCode, error: Error): LegacyResponse {
  const message = error instanceof InvalidParameter ? error.message : unreadableMessage(error);
  return message === undefined ? failures[code] : failure(400, message);
}

/** Failures of SMS codes. A caller who has the code owns the phone and may learn the state of its account. */
export const phoneFailures: Partial<Record<FailureCode, LegacyResponse>> = {
  ACCOUNT_UNKNOWN: failure(404, '手机号不存在'),
  ACCOUNT_DISABLED: failure(403, '该账号暂不可用'),
  INVALID_INPUT: failure(400, '请填写正确的手机号'),
};

/** @throws the error itself if `phoneFailures` has no entry for it. */
export function failForPhone(error: unknown): LegacyResponse {
  const response = error instanceof DomainError ? phoneFailures[error.code] : undefined;
  if (response) return response;
  throw error;
}
