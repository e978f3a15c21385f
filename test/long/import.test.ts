import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gatehouse, jsonLines } from '../support/command.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const LINES = 100_000;
const isInvalid = (index: number) => index % 100 === 50;
const HASH = createHash('md5').update('sold password').digest('hex');

let gateway: TestGateway;
let folder: string;
beforeAll(async () => {
  gateway = await startGateway();
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-import-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await gateway.close();
});

const numbers = Array.from({ length: LINES }, (_, index) => index);

const jsonRecords = () =>
  numbers.map((index) => {
    const hash = isInvalid(index) ? 'none' : HASH;
    const password = { scheme: 'md5-salt-first', salt: 's', hash };
    return JSON.stringify({ username: `j-${index}`, phone: `13${100_000_000 + index}`, password });
  });

const csvRecords = () => [
  'username,phone,nickname,password.scheme,password.salt,password.hash',
  ...numbers.map((index) => {
    const start = `c-${index},13${300_000_000 + index}`;
    if (!isInvalid(index)) return `${start},"One, ${index}",md5-salt-first,s,${HASH}`;
    return index % 200 === 50 ? `${start},"never closed` : `${start},too few`;
  }),
];

test.each([
  ['JSON Lines', 'people.jsonl', jsonRecords, 1],
  ['CSV', 'people.csv', csvRecords, 2],
])(
  'imports 100,000 lines of %s with 1 %% invalid ones, and reports each of those, also when repeated',
  async (_format, name, lines, firstLine) => {
    const path = join(folder, name);
    const errors = join(folder, 'rejected.jsonl');
    await writeFile(path, lines().join('\n'));
    const env = { DATABASE_URL: gateway.databaseUrl, DATA_DIR: gateway.services.config.DATA_DIR };
    const args = ['user', 'import', path, '--errors', errors, '--json'];
    const invalid = numbers.filter(isInvalid).map((index) => index + firstLine);
    const valid = LINES - invalid.length;
    for (const [created, existing] of [
      [valid, 0],
      [0, valid],
    ]) {
      const ended = await gatehouse(args, env);
      expect(ended).toMatchObject({ code: 3, errors: '' });
      expect(jsonLines(ended)).toEqual([{ created, existing, rejected: invalid.length }]);
      const rejected = (await readFile(errors, 'utf8')).trim().split('\n');
      expect(rejected.map((line): number => JSON.parse(line).line)).toEqual(invalid);
    }
    const login = { phone: `${name === 'people.csv' ? 'c' : 'j'}-99999`, password: 'old password' };
    const query = new URLSearchParams({ ...login, device: 'mate60', version: '101' });
    expect((await gateway.post(`/sys/login-phone?${query}`)).json()).toMatchObject({ ok: true });
  },
);
