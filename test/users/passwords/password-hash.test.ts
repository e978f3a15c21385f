import { createHash, pbkdf2Sync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import {
  encodeLegacyHash,
  hashPassword,
  needsRehash,
  verification,
  verifyPassword,
} from '../../../src/users/passwords/password-hash.js';

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

/** Two spellings of the same text. */
const NFC = 'Müller café 각'.normalize('NFC');
const NFD = NFC.normalize('NFD');

test('hashes NFC, so that a password is the same from every keyboard', async () => {
  for (const hashed of [NFC, NFD]) {
    const stored = await hashPassword(hashed);
    for (const entered of [NFC, NFD]) {
      expect(await verification(stored, entered)).toMatchObject({ matches: true, isOutdated: false });
    }
    expect(await verifyPassword(stored, NFC.toUpperCase())).toBe(false);
  }
});

const olderHashes: readonly [string, (password: string) => Promise<string>][] = [
  ['argon2id of an earlier version', (password) => argon2(password, { memoryCost: 19_456, timeCost: 2 })],
  [
    'imported bcrypt',
    async (password) => encodeLegacyHash({ scheme: 'bcrypt', hash: await bcrypt(password, 4) }),
  ],
  [
    'imported PBKDF2-SHA1',
    async (password) => {
      const hash = pbkdf2Sync(password, 'salt', 10_000, 24, 'sha1').toString('hex');
      return encodeLegacyHash({ scheme: 'pbkdf2-sha1', salt: 'salt', hash });
    },
  ],
  [
    'imported MD5',
    async (password) =>
      encodeLegacyHash({ scheme: 'md5-salt-first', salt: 'salt', hash: md5(`salt${password}`) }),
  ],
];

test.each(olderHashes)('verifies %s of either form, and asks for a new hash', async (_name, hash) => {
  for (const hashed of [NFC, NFD]) {
    for (const entered of [NFC, NFD]) {
      const outdated = hashed === NFD || !(await hash(hashed)).startsWith('$argon2');
      expect(await verification(await hash(hashed), entered)).toMatchObject({
        matches: true,
        isOutdated: outdated,
      });
    }
    expect(await verifyPassword(await hash(hashed), NFC.toUpperCase())).toBe(false);
  }
});

test('verifies a hash of neither form with the text that was hashed', async () => {
  const mixed = `${NFC}${NFD}`;
  expect(await verifyPassword(await argon2(mixed), mixed)).toBe(true);
});

test.each([
  ['lone surrogates, which hash like any others', '\ud800'.repeat(8), '\udbff'.repeat(8)],
  ['replacement characters, the trace of a wrong charset', '\ufffd'.repeat(8), '\ufffd'.repeat(8)],
])('matches no %s', async (_name, hashed, entered) => {
  expect(await verifyPassword(await argon2(hashed), entered)).toBe(false);
});

test('does not normalise a text so long that it would block the process', async () => {
  const slow = `a${'\u0300\u0315\u0316'.repeat(30_000)}`;
  const start = performance.now();
  expect(await verifyPassword(await hashPassword(slow), slow)).toBe(true);
  expect(performance.now() - start).toBeLessThan(2000);
});
