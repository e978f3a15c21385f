import { expect, test } from '@jest/globals';
import { CaptchaType } from '../../src/captchas/captcha.entity.js';
import { possibleAnswers } from '../../src/captchas/captcha-answer.js';

const { IMAGE, SMS } = CaptchaType;

test.each([
  [SMS, '012345', ['012345']],
  [SMS, '０１２３４５', ['012345']],
  [SMS, '\u3000012345\t\n', ['012345']],
  [SMS, '12345', ['12345', '012345']],
  [SMS, '0', ['0', '000000']],
  [SMS, '', ['']],
  [SMS, '1234567', ['1234567']],
  [SMS, '-1234', ['-1234']],
  [IMAGE, ' ｃ２ＫＷ ', ['c2kw']],
  [IMAGE, '234', ['234']],
])('reads the %s answer %j as %j', (type, answer, possible) => {
  expect(possibleAnswers(type, answer)).toEqual(possible);
});

test('looks at the beginning of an endless answer only', () => {
  const [answer] = possibleAnswers(IMAGE, '\ufdfa'.repeat(1_000_000));
  expect(answer?.length).toBeLessThan(2000);
});
