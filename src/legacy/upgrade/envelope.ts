import { randomUUID } from 'node:crypto';
import { DomainError } from '../../errors.js';
import type { FailureCode, LegacyResponse } from '../dialect.js';
import { unreadableMessage } from '../unreadable.js';

/** The statuses of the document's table; no other one is sent. */
type Status = 200 | 201 | 204 | 400 | 401 | 403 | 404 | 500;

const envelope = (status: Status, msg: string, data: object | null): LegacyResponse => ({
  status,
  body: { data, meta: { msg, status } },
});

export const ok = (data: object, msg: string): LegacyResponse => envelope(200, msg, data);

export const failure = (status: Status, msg: string): LegacyResponse => envelope(status, msg, null);

const failures: Record<FailureCode, LegacyResponse> = {
  // The first six have messages of the document.
  INVALID_INPUT: failure(400, '请求的地址不存在或者包含不支持的参数'),
  TOO_LARGE: failure(400, '请求的地址不存在或者包含不支持的参数'),
  UNAUTHENTICATED: failure(401, '未授权'),
  FORBIDDEN: failure(403, '被禁止访问'),
  NOT_FOUND: failure(404, '请求的资源不存在'),
  FAULT: failure(500, '内部错误'),
  CAPTCHA_EXPIRED: failure(400, '验证码不存在或已过期'),
  CAPTCHA_INVALID: failure(400, '验证码不正确'),
  CAPTCHA_REQUIRED: failure(400, '请填写验证码'),
  ACCOUNT_UNKNOWN: failure(400, '账号不存在'),
  ACCOUNT_DISABLED: failure(403, '该账号暂不可用'),
  PASSWORD_WRONG: failure(400, '密码错误'),
  SECOND_FACTOR_REQUIRED: failure(400, '密码错误'),
  SECOND_FACTOR_WRONG: failure(400, '密码错误'),
  CHALLENGE_EXPIRED: failure(401, '未授权'),
  STEP_UP_REQUIRED: failure(403, '被禁止访问'),
  ENROLLMENT_REQUIRED: failure(401, '未授权'),
  PASSKEY_INVALID: failure(400, '通行密钥无效'),
  CONFLICT: failure(400, '数据已存在'),
  LIMIT_REACHED: failure(403, '数量已达上限'),
  THROTTLED: failure(400, '操作过于频繁，请稍后再试'),
  UNAVAILABLE: failure(500, '服务繁忙，请稍后再试'),
};

/** Failures of a parameter by the field that the DomainError names, instead of those in `failures`. */
const failuresByField: Record<string, Partial<Record<FailureCode, LegacyResponse>>> = {
  phone: { INVALID_INPUT: failure(400, '手机号不正确') },
  deviceId: { LIMIT_REACHED: failure(403, '设备数量已达上限') },
  version: { INVALID_INPUT: failure(400, '版本号不正确'), CONFLICT: failure(400, '版本号已存在') },
  file: {
    INVALID_INPUT: failure(400, '升级文件不正确'),
    CONFLICT: failure(400, '升级文件已存在'),
    TOO_LARGE: failure(400, '升级文件过大'),
  },
  sha256: { INVALID_INPUT: failure(400, '升级文件校验失败') },
};

/** All failures of one field, for the description of a route. */
export const failuresOf = (field: string): LegacyResponse[] => Object.values(failuresByField[field] ?? {});

export function fail(code: FailureCode, error: Error): LegacyResponse {
  if (error instanceof SmsThrottled) return smsThrottled();
  const message = unreadableMessage(error);
  if (message !== undefined) return failure(400, message);
  const field = error instanceof DomainError ? error.details.field : undefined;
  return failuresByField[field ?? '']?.[code] ?? failures[code];
}

/** Seconds to wait if the limit is the provider's, which does not say when it ends. Providers wait at least this long. */
const PROVIDER_RETRY_AFTER_S = 60;

/** No code was sent: the phone or the address has reached a limit. */
export class SmsThrottled extends DomainError {
  constructor({ message, details }: DomainError) {
    super('THROTTLED', message, { retryAfter: details.retryAfter ?? PROVIDER_RETRY_AFTER_S });
  }
}

/** `data` is what Aliyun's SMS API sends: https://help.aliyun.com/document_detail/101346.html lists the code. */
export const smsThrottled = (): LegacyResponse =>
  envelope(400, '发送过于频繁，请稍后再试', {
    Message: '触发流控，请稍后再试',
    RequestId: randomUUID().toUpperCase(),
    Code: 'isv.BUSINESS_LIMIT_CONTROL',
  });
