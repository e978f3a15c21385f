import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { differencesOf, fingerprintsOf } from '../../src/nodes/node-settings.js';

const [old, next, unrelated] = ['old', 'new', 'unrelated'].map((word) => `${word} secret `.repeat(4).trim());

/** What a node with these settings differs in from one with those. */
const differences = (own: Record<string, string>, other: Record<string, string>) => {
  const [ours, theirs] = [own, other].map((settings) =>
    fingerprintsOf(readConfig({ JWT_SECRETS: old ?? '', ...settings }), 'fleet', null),
  );
  return differencesOf(ours ?? {}, theirs ?? {});
};
const none = { required: [], others: [] };

test('nodes may differ in what is about one host', () => {
  const local = { HOST: '0.0.0.0', PORTS: '80', DATA_DIR: '/srv', LOG_LEVEL: 'warn', NODE_ENV: 'test' };
  expect(differences(local, {})).toEqual(none);
});

test('names the settings that must agree, and those that should', () => {
  const other = {
    HEARTBEAT_INTERVAL: '10s',
    SESSION_LIFETIME: '90d',
    TIME_ZONE: 'UTC',
    UPLOAD_LIMIT: '1GiB',
  };
  expect(differences(other, {})).toEqual({
    required: ['SESSION_LIFETIME', 'HEARTBEAT_INTERVAL'],
    others: ['TIME_ZONE', 'UPLOAD_LIMIT'],
  });
});

test('names the settings of passkeys', () => {
  const PUBLIC_URL = 'https://gate.example.com';
  const passkeys = { PASSKEY_DOMAIN: 'example.com', PASSKEY_ORIGINS: 'https://app.example.com' };
  expect(differences({ PUBLIC_URL, ...passkeys }, { PUBLIC_URL })).toEqual({
    required: [],
    others: ['PASSKEY_DOMAIN', 'PASSKEY_ORIGINS'],
  });
});

test('nodes must have the same packages, and may reach them in different ways', () => {
  const storage = 's3://packages/fleet?endpoint=https://s3.example.com';
  for (const other of [undefined, 's3://packages', storage.replace('fleet', 'other')]) {
    expect(differences({ STORAGE_URL: storage }, other ? { STORAGE_URL: other } : {})).toEqual({
      required: ['STORAGE_URL'],
      others: [],
    });
  }
  expect(
    differences(
      { STORAGE_URL: `${storage}&region=eu&forcePathStyle=false`, STORAGE_DOWNLOADS: 'redirect' },
      { STORAGE_URL: storage },
    ),
  ).toEqual({ required: [], others: ['STORAGE_DOWNLOADS'] });
});

describe('the secrets of two nodes', () => {
  test.each([
    [`${old}`, `${old}`],
    [`${old}`, `${old},${next}`],
    [`${old},${next}`, `${next},${old}`],
    [`${next},${old}`, `${next}`],
  ])('may be rotated: %s beside %s', (own, other) => {
    expect(differences({ JWT_SECRETS: own }, { JWT_SECRETS: other })).toEqual(none);
  });

  test.each([
    [`${old}`, `${unrelated}`],
    [`${old}`, `${next},${old}`],
  ])('must verify the tokens of each other: %s beside %s', (own, other) => {
    expect(differences({ JWT_SECRETS: own }, { JWT_SECRETS: other }).required).toEqual(['JWT_SECRETS']);
  });
});
