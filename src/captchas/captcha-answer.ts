import { CaptchaType } from './captcha.entity.js';

export const SMS_CODE_LENGTH = 6;

/** UTF-16 units of an answer that are looked at: normalising a megabyte would block the process. */
const MAX_ANSWER_LENGTH = 64;

/** The form of an answer that is stored: without regard to case, width and surrounding spaces. */
export const canonicalAnswer = (answer: string): string =>
  answer.trim().slice(0, MAX_ANSWER_LENGTH).normalize('NFKC').toLowerCase();

/** The answers that a client may mean: an SMS code that was sent as a number has no leading zeros. */
export function possibleAnswers(type: CaptchaType, answer: string): string[] {
  const text = canonicalAnswer(answer);
  const isShortCode = type === CaptchaType.SMS && /^\d{1,5}$/.test(text);
  return isShortCode ? [text, text.padStart(SMS_CODE_LENGTH, '0')] : [text];
}
