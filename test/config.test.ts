import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { readConfig } from '../src/config.js';
import { Settings } from '../src/settings.js';

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
