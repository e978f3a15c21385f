import { CaptchaType } from './captcha.entity.js';

export const SMS_CODE_LENGTH = 6;

/** UTF-16 units of an answer that are looked at: normalising a megabyte would block the process. */
const MAX_ANSWER_LENGTH = 64;

/**
 * The form of an answer that is compared: without regard to case, width and surrounding spaces. A short SMS code gets
 * the leading zeros back that it lost as a number.
 */
export function canonicalAnswer(type: CaptchaType, answer: string): string {
  const text = answer.trim().slice(0, MAX_ANSWER_LENGTH).normalize('NFKC').toLowerCase();
  return type === CaptchaType.SMS && /^\d+$/.test(text) ? text.padStart(SMS_CODE_LENGTH, '0') : text;
}
