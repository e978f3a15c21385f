import { randomUUID } from 'node:crypto';
import { DomainError } from '../../errors.js';
import type { Answer, FailureCode } from '../dialect.js';

/** The statuses of the document's table; no other one leaves. */
type Status = 200 | 201 | 204 | 400 | 401 | 403 | 404 | 500;

const answer = (status: Status, msg: string, data: object | null): Answer => ({
  status,
  body: { data, meta: { msg, status } },
});

export const ok = (data: object, msg: string): Answer => answer(200, msg, data);

export const failed = (status: Status, msg: string): Answer => answer(status, msg, null);

const failures: Record<FailureCode, Answer> = {
  // The document's own words where it has some.
  INVALID_INPUT: failed(400, '请求的地址不存在或者包含不支持的参数'),
  TOO_LARGE: failed(400, '请求的地址不存在或者包含不支持的参数'),
  UNAUTHENTICATED: failed(401, '未授权'),
  FORBIDDEN: failed(403, '被禁止访问'),
  NOT_FOUND: failed(404, '请求的资源不存在'),
  FAULT: failed(500, '内部错误'),
  CAPTCHA_EXPIRED: failed(400, '验证码不存在或已过期'),
  CAPTCHA_INVALID: failed(400, '验证码不正确'),
  CAPTCHA_REQUIRED: failed(400, '请填写验证码'),
  ACCOUNT_UNKNOWN: failed(400, '账号不存在'),
  ACCOUNT_DISABLED: failed(403, '该账号暂不可用'),
  PASSWORD_WRONG: failed(400, '密码错误'),
  CONFLICT: failed(400, '数据已存在'),
  THROTTLED: failed(400, '操作过于频繁，请稍后再试'),
  UNAVAILABLE: failed(500, '服务繁忙，请稍后再试'),
};

/** For a limit whose end is not known: the shortest that SMS providers have, in seconds. */
const UNKNOWN_LIMIT_S = 60;

/** No code was sent, since this number or address had too many. */
export class SendingLimited extends DomainError {
  constructor(limit: DomainError) {
    super('THROTTLED', limit.message, { retryAfter: limit.details.retryAfter ?? UNKNOWN_LIMIT_S });
  }
}

/** https://help.aliyun.com/document_detail/101346.html has the code. */
const aliyunLimit = () => ({
  Message: '触发流控，请稍后再试',
  RequestId: randomUUID().toUpperCase(),
  Code: 'isv.BUSINESS_LIMIT_CONTROL',
});

/** No code was sent: in Aliyun's own words. */
export const sendingLimited = (): Answer => answer(400, '发送过于频繁，请稍后再试', aliyunLimit());

/** What is wrong with a parameter, where it can be said. */
const faultsOf: Record<string, Partial<Record<FailureCode, Answer>>> = {
  mobile: { INVALID_INPUT: failed(400, '手机号不正确') },
  version: { INVALID_INPUT: failed(400, '版本号不正确'), CONFLICT: failed(400, '版本号已存在') },
  file: {
    INVALID_INPUT: failed(400, '升级文件不正确'),
    CONFLICT: failed(400, '升级文件已存在'),
    TOO_LARGE: failed(400, '升级文件过大'),
  },
  sha256: { INVALID_INPUT: failed(400, '升级文件校验失败') },
};

/** Every answer about a parameter. */
export const faults = (parameter: string): Answer[] => Object.values(faultsOf[parameter] ?? {});

export function fail(code: FailureCode, error: Error): Answer {
  if (error instanceof SendingLimited) return sendingLimited();
  const field = error instanceof DomainError ? error.details.field : undefined;
  return faultsOf[field ?? '']?.[code] ?? failures[code];
}
