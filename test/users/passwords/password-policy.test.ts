import { expect, test } from '@jest/globals';
import { checkNewPassword, standardPasswordPolicy } from '../../../src/users/passwords/password-policy.js';

const legacyPolicy = { minLength: 5, strict: false };
const check = (password: string, names: string[] = [], policy = standardPasswordPolicy) =>
  checkNewPassword(password, policy, names);
const rejection = (message: string) => ({ code: 'INVALID_INPUT', message, details: { field: 'password' } });

test.each(['1234567', 'x'.repeat(101), '🐎🐎🐎🐎🐎🐎🐎'])('rejects the length of %j', async (password) => {
  await expect(check(password)).rejects.toMatchObject(rejection('password must be 8 to 100 characters.'));
});

test.each(['        ', '\u3000'.repeat(8)])('rejects the blank password %j', async (password) => {
  await expect(check(password)).rejects.toMatchObject(rejection('password must have more than spaces.'));
});

test('counts characters rather than UTF-16 units', async () => {
  await check('🐎🐉🐎🐉🐎🐉🐎🐉');
  await expect(check('🐎🐎🐎🐎', [], legacyPolicy)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test('counts characters of NFC, whichever form was sent', async () => {
  await check('ǘ'.normalize('NFD').repeat(100));
  await expect(check('ǘ'.normalize('NFD').repeat(7))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(check('é'.normalize('NFD').repeat(101))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test.each(['\ud800 correct horse', '\ufffd\ufffd correct horse'])(
  'rejects the broken text %j, even where common passwords are accepted',
  async (password) => {
    await expect(check(password, [], legacyPolicy)).rejects.toMatchObject(
      rejection('password must be text without broken characters.'),
    );
  },
);

test('recognises a name in either form', async () => {
  await expect(check('Renée-Noëlle'.normalize('NFD'), ['renée-noëlle'])).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
});

test('applies the minimum of the API, which may accept common passwords', async () => {
  await check('12345', [], legacyPolicy);
  await expect(check('1234', [], legacyPolicy)).rejects.toMatchObject(
    rejection('password must be 5 to 100 characters.'),
  );
});

test.each(['password', '1234567890', 'QwertyUiop', 'Trustno1'])('rejects the common %s', async (password) => {
  await expect(check(password)).rejects.toMatchObject(
    rejection('password must not be one of the most common passwords.'),
  );
});

test.each(['correct horse\r', 'correct\thorse', 'correct\nhorse', 'correct \u0007horse'])(
  'rejects %j, which cannot be typed',
  async (password) => {
    await expect(check(password)).rejects.toMatchObject(
      rejection('password must not contain control characters such as line ends.'),
    );
    await check(password, [], legacyPolicy);
  },
);

test.each([
  ['the username', 'Maximilian', 'maximilian'],
  ['the username twice', 'maximus7', 'Maximus7maximus7'],
  ['the phone', '13954969056', '13954969056'],
  ['the name of the product', 'somebody new', 'Gatehouse12!'],
])('rejects a password made of %s', async (_name, name, password) => {
  await expect(check(password, [name])).rejects.toMatchObject(
    rejection('password must have at least 4 characters besides the names of the account.'),
  );
});

test('accepts a password that contains a name and enough other characters', async () => {
  await check('correct horse', ['horse']);
});
