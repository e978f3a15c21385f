import { expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { DomainError } from '../../src/errors.js';
import { relyingPartyOf } from '../../src/passkeys/relying-party.js';

const problem = (env: Record<string, string>): string => {
  try {
    readConfig(env);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message.replace('Invalid settings: ', '') : '';
  }
};

test('passkeys belong to the host of PUBLIC_URL, or to a domain above it', () => {
  expect(readConfig({ PUBLIC_URL: 'https://Gate.example.com:8443/base/' }).PASSKEYS).toEqual({
    id: 'gate.example.com',
    origins: ['https://gate.example.com:8443'],
  });
  const several = { PASSKEY_DOMAIN: 'example.com', PASSKEY_ORIGINS: 'https://app.example.com' };
  expect(readConfig({ PUBLIC_URL: 'https://gate.example.com', ...several }).PASSKEYS).toEqual({
    id: 'example.com',
    origins: ['https://gate.example.com', 'https://app.example.com'],
  });
  expect(readConfig(several).PASSKEYS).toMatchObject({ origins: ['https://app.example.com'] });
});

test('an IP address is no domain, and without a setting there is none', () => {
  for (const PUBLIC_URL of [undefined, 'http://10.0.0.5:8080', 'http://[::1]:8080']) {
    expect(readConfig(PUBLIC_URL ? { PUBLIC_URL } : {}).PASSKEYS).toBeNull();
  }
});

test.each<[problem: string, env: Record<string, string>]>([
  [
    'PASSKEY_DOMAIN must be a domain name in lower case, such as example.com.',
    { PASSKEY_DOMAIN: '10.0.0.5' },
  ],
  [
    'PASSKEY_ORIGINS must be origins such as https://app.example.com.',
    { PUBLIC_URL: 'https://a.example', PASSKEY_ORIGINS: 'https://a.example/x' },
  ],
  [
    'PASSKEY_ORIGINS must be origins such as https://app.example.com.',
    { PUBLIC_URL: 'https://a.example', PASSKEY_ORIGINS: 'http://a.example' },
  ],
  [
    'PASSKEY_ORIGINS must be on the domain of the passkeys, a.example.',
    { PUBLIC_URL: 'https://a.example', PASSKEY_ORIGINS: 'https://b.example' },
  ],
  [
    'PASSKEY_ORIGINS requires PASSKEY_DOMAIN, or a domain in PUBLIC_URL.',
    { PASSKEY_ORIGINS: 'https://a.example' },
  ],
  ['PASSKEY_DOMAIN requires PUBLIC_URL or PASSKEY_ORIGINS on this domain.', { PASSKEY_DOMAIN: 'a.example' }],
])('%s', (message, env) => {
  expect(problem(env)).toBe(message);
});

test('without settings, only a request to localhost has a relying party, with its own port', () => {
  expect(relyingPartyOf(null, 'http://localhost:8888')).toEqual({
    id: 'localhost',
    origins: ['http://localhost:8888'],
  });
  for (const url of ['http://127.0.0.1:8080', 'https://fleet.example', 'http://localhost.evil.example']) {
    expect(() => relyingPartyOf(null, url)).toThrow(DomainError);
  }
});
