import { createHash, pbkdf2Sync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { hash as bcrypt } from '@node-rs/bcrypt';
import {
  encodeLegacyHash,
  hashPassword,
  needsRehash,
  verifyPassword,
} from '../../src/users/password-hash.js';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

const imported = {
  bcrypt: encodeLegacyHash({ scheme: 'bcrypt', hash: await bcrypt('sesame', 4) }),
  'bcrypt as PHP writes it': encodeLegacyHash({
    scheme: 'bcrypt',
    hash: (await bcrypt('sesame', 4)).replace(/^\$2b\$/, '$2y$'),
  }),
  'PBKDF2-SHA1': encodeLegacyHash({
    scheme: 'pbkdf2-sha1',
    salt: '盐 $ salt',
    hash: pbkdf2Sync('sesame', '盐 $ salt', 10_000, 24, 'sha1').toString('hex'),
  }),
  'MD5, salt first': encodeLegacyHash({ scheme: 'md5-salt-first', salt: 'ab$12', hash: md5('ab$12sesame') }),
  'MD5, salt last': encodeLegacyHash({
    scheme: 'md5-salt-last',
    salt: 'ab$12',
    hash: md5('sesameab$12').toUpperCase(),
  }),
};

test('hashes with argon2id, 19 MiB, two passes, one lane and a random salt', async () => {
  const [first, second] = await Promise.all([hashPassword('sesame'), hashPassword('sesame')]);
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22,}\$[\w+/]{43}$/);
  expect(second).not.toBe(first);
  expect(needsRehash(first)).toBe(false);
  expect(await verifyPassword(first, 'sesame')).toBe(true);
  expect(await verifyPassword(first, 'Sesame')).toBe(false);
});

test.each(Object.entries(imported))('verifies an imported %s hash', async (_name, stored) => {
  expect(await verifyPassword(stored, 'sesame')).toBe(true);
  expect(await verifyPassword(stored, 'Sesame')).toBe(false);
  expect(await verifyPassword(stored, '')).toBe(false);
  expect(needsRehash(stored)).toBe(true);
});

test('verifies the sample hash of the documents as bcrypt', async () => {
  const documented = '$2a$10$eqLqcawg64kY3n/xE6pXru8mwnDxBov42.3cntxJgcHPQWLCHfOG.';
  expect(await verifyPassword(documented, 'not this')).toBe(false);
});

test.each(['', 'plain text', '$unknown$c2FsdA$00', '$md5-salt-first$$'])(
  'accepts no password for the malformed hash %j, or without a hash',
  async (stored) => {
    expect(await verifyPassword(stored, stored)).toBe(false);
    expect(await verifyPassword(stored, '')).toBe(false);
    expect(await verifyPassword(null, '')).toBe(false);
  },
);
