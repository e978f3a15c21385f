import type { FailureCode, LegacyResponse } from '../dialect.js';
import { MissingToken } from '../route.js';

export const ok = (data?: object): LegacyResponse => ({
  status: 200,
  body: { code: 0, message: 'success', ...(data ? { data } : {}) },
});

/** The complete table of the document. */
const messages = {
  200001: '参数不可为空',
  200002: '参数错误',
  200003: '账号不存在',
  200004: '账号不唯一',
  200005: '账号不可用',
  200006: '用户不存在',
  200007: '登录错误，请联系系统管理员',
  200008: '密码错误',
  200009: '两次密码不一致',
  200010: '数据不存在',
  200011: 'userToken为空',
  200012: 'token过期或userToken不正确',
  200013: 'credence错误',
  200014: '系统错误',
} as const;

type TeacherCode = keyof typeof messages;

export const failure = (code: TeacherCode): LegacyResponse => ({
  status: 200,
  body: { code, message: messages[code] },
});

const codes: Record<FailureCode, TeacherCode> = {
  INVALID_INPUT: 200002,
  TOO_LARGE: 200002,
  ACCOUNT_UNKNOWN: 200003,
  CONFLICT: 200004,
  ACCOUNT_DISABLED: 200005,
  THROTTLED: 200007,
  CAPTCHA_REQUIRED: 200007,
  PASSWORD_WRONG: 200008,
  SECOND_FACTOR_REQUIRED: 200008,
  SECOND_FACTOR_WRONG: 200008,
  CHALLENGE_EXPIRED: 200012,
  STEP_UP_REQUIRED: 200013,
  ENROLLMENT_REQUIRED: 200012,
  NOT_FOUND: 200010,
  UNAUTHENTICATED: 200012,
  FORBIDDEN: 200013,
  LIMIT_REACHED: 200013,
  CAPTCHA_INVALID: 200013,
  CAPTCHA_EXPIRED: 200013,
  PASSKEY_INVALID: 200013,
  UNAVAILABLE: 200014,
  FAULT: 200014,
};

export const fail = (code: FailureCode, error: Error): LegacyResponse =>
  failure(error instanceof MissingToken ? 200011 : codes[code]);
