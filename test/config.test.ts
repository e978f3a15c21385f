import { expect, test } from '@jest/globals';
import { readConfig } from '../src/config.js';

const complaint = (env: Record<string, string>) => {
  try {
    readConfig(env);
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

test('settings that do not parse and settings that contradict each other are named in one message', () => {
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

test('a setting that is given but bad is not called missing', () => {
  expect(complaint({ ADMIN_ACCOUNT: 'root', ADMIN_PASSWORD: 'short' })).toBe(
    'The settings are not right: ADMIN_PASSWORD must have at least 8 characters.',
  );
  expect(complaint({ NODE_ENV: 'production', SMS_PROVIDER: 'pigeon' })).toBe(
    'The settings are not right: SMS_PROVIDER must be outbox, aliyun or webhook.',
  );
  expect(
    complaint({ SMS_PROVIDER: 'webhook', SMS_WEBHOOK_URL: 'no url', SMS_WEBHOOK_SECRET: 's'.repeat(16) }),
  ).toBe('The settings are not right: SMS_WEBHOOK_URL must be an http or https URL.');
});

test('an empty setting counts as unset, and the result cannot be changed', () => {
  const config = readConfig({ PORTS: '', SMS_PROVIDER: '' });
  expect(config).toMatchObject({ PORTS: [8080, 8888], SMS: { provider: 'outbox' } });
  expect(Object.isFrozen(config)).toBe(true);
});
