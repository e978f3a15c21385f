import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { readConfig } from '../src/config.js';
import { Settings } from '../src/settings/settings.js';

const complaint = (env: Record<string, string>) => {
  try {
    readConfig(env);
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

test('names invalid and contradictory settings in one message', () => {
  const message = complaint({
    NODE_ENV: 'production',
    HEARTBEAT_INTERVAL: 'soon',
    ADMIN_ACCOUNT: 'root',
    CAPTCHA_FIXED_CODE: '1234',
  });
  for (const name of ['HEARTBEAT_INTERVAL', 'SMS_PROVIDER', 'ADMIN_PASSWORD', 'CAPTCHA_FIXED_CODE']) {
    expect(message).toContain(name);
  }
});

test('does not report an invalid setting as missing', () => {
  expect(complaint({ ADMIN_ACCOUNT: 'root', ADMIN_PASSWORD: 'short' })).toBe(
    'Invalid settings: ADMIN_PASSWORD must be at least 8 characters.',
  );
  expect(complaint({ NODE_ENV: 'production', SMS_PROVIDER: 'pigeon' })).toBe(
    'Invalid settings: SMS_PROVIDER must be outbox, aliyun or webhook.',
  );
  expect(
    complaint({ SMS_PROVIDER: 'webhook', SMS_WEBHOOK_URL: 'no url', SMS_WEBHOOK_SECRET: 's'.repeat(16) }),
  ).toBe('Invalid settings: SMS_WEBHOOK_URL must be an http or https URL.');
});

test('names what REDIS_URL requires', () => {
  expect(complaint({ REDIS_URL: 'redis://cache' })).toBe(
    'Invalid settings: REDIS_URL requires JWT_SECRETS, the same on all nodes; ' +
      'REDIS_URL requires DATABASE_URL, the same on all nodes.',
  );
  expect(complaint({ REDIS_URL: 'http://:secret@cache' })).toMatch(
    /^Invalid settings: REDIS_URL must be a redis:\/\/ or rediss:\/\/ URL; /,
  );
  expect(complaint({ REDIS_URL: 'http://:secret@cache' })).not.toContain('secret@');
});

test.each([
  '-----BEGIN PRIVATE KEY-----',
  '[]',
  '{"kty":"RSA"}',
  '{"kty":"EC","crv":"P-256","x":"","y":"","d":""}',
])('refuses %s as SIGNING_KEYS, and does not repeat it', (SIGNING_KEYS) => {
  expect(complaint({ SIGNING_KEYS })).toBe(
    'Invalid settings: SIGNING_KEYS must be private keys of the curve P-256 as JSON: a JWK, an array of them, or a ' +
      'JWK set.',
  );
});

test('treats an empty setting as unset, and returns a frozen object', () => {
  const config = readConfig({ PORTS: '', SMS_PROVIDER: '' });
  expect(config).toMatchObject({ PORTS: [8080, 8888], SMS: { provider: 'outbox' } });
  expect(Object.isFrozen(config)).toBe(true);
});

test('describes every setting', () => {
  const { properties } = z.toJSONSchema(Settings, { io: 'input', unrepresentable: 'any' });
  for (const setting of Object.values(properties ?? {})) {
    expect(setting).toMatchObject({ description: expect.stringMatching(/^.+\.$/) });
  }
});

describe('the text of a setting', () => {
  const password = 'a long passphrase';

  test.each([
    ['the carriage return of an env file with Windows line ends', `${password}\r`, 'U+000D'],
    ['the line feed at the end of a mounted secret', `${password}\n`, 'U+000A'],
    ['a tab', `\t${password}`, 'U+0009'],
    ['a space', `${password} `, 'U+0020'],
    ['a no-break space', `\u00A0${password}`, 'U+00A0'],
    ['an ideographic space', `${password}\u3000`, 'U+3000'],
    ['a byte order mark', `\uFEFF${password}`, 'U+FEFF'],
    ['a zero width space', `${password}\u200B`, 'U+200B'],
    ['a mark of direction', `\u202E${password}`, 'U+202E'],
    ['an escape character', `${password}\u001B`, 'U+001B'],
  ])('must not begin or end with %s', (_name, ADMIN_PASSWORD, character) => {
    expect(complaint({ ADMIN_ACCOUNT: 'root', ADMIN_PASSWORD })).toBe(
      `Invalid settings: ADMIN_PASSWORD must not begin or end with the invisible character ${character}.`,
    );
  });

  test.each(Object.keys(Settings.shape))('is checked for %s', (name) => {
    expect(complaint({ [name]: '\r' })).toContain(`${name} must not begin or end with`);
  });

  test('is reported once, and not as a value of the wrong form too', () => {
    expect(complaint({ HEARTBEAT_INTERVAL: '30s\r', PORTS: '8080\r' })).toBe(
      'Invalid settings: PORTS must not begin or end with the invisible character U+000D; ' +
        'HEARTBEAT_INTERVAL must not begin or end with the invisible character U+000D.',
    );
  });

  test.each([`"${password}"`, `'${password}'`])('must not be in quotes: %s', (ADMIN_PASSWORD) => {
    expect(complaint({ ADMIN_ACCOUNT: 'root', ADMIN_PASSWORD })).toBe(
      'Invalid settings: ADMIN_PASSWORD must not be in quotes, which the reader of the env file did not remove.',
    );
  });

  test('must be UTF-8, since Node replaces other bytes', () => {
    expect(complaint({ ADMIN_ACCOUNT: 'root', ADMIN_PASSWORD: '\uFFFD\uFFFD long password' })).toBe(
      'Invalid settings: ADMIN_PASSWORD must be UTF-8.',
    );
  });

  test.each(['p@ss "word" of mine', "it's a 'secret'", '密码很长很长很长', 'inner\u00A0space is fine'])(
    'may contain what can be typed: %s',
    (ADMIN_PASSWORD) => {
      expect(readConfig({ ADMIN_ACCOUNT: 'root', ADMIN_PASSWORD })).toMatchObject({ ADMIN_PASSWORD });
    },
  );

  test.each(['\uFEFFPORTS', 'PORTS\r', 'PORTS '])('belongs to a variable whose name is exact: %j', (name) => {
    expect(complaint({ [name]: '9000' })).toMatch(
      /^Invalid settings: PORTS must be named without the invisible character U\+[\dA-F]{4}\.$/,
    );
  });
});
