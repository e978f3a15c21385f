import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { accountsOf } from '../support/accounts.js';
import { gatehouse, jsonLines } from '../support/command.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const HASH = md5('sold password');

let gateway: TestGateway;
let env: Record<string, string>;
let folder: string;
beforeAll(async () => {
  gateway = await startGateway();
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-import-'));
  env = { DATABASE_URL: gateway.databaseUrl, DATA_DIR: gateway.services.config.DATA_DIR };
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await gateway.close();
});

const write = async (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};
const list = async (search: string) => {
  const users = await accountsOf(gateway, search);
  return users.map(({ username }) => username);
};

test('imports the valid lines of JSON Lines, reports the invalid ones, and can be repeated', async () => {
  const lines = [
    JSON.stringify({ username: 'jl-1', password: { scheme: 'md5-salt-first', salt: 's', hash: HASH } }),
    '{"username": "jl-2"',
    '',
    JSON.stringify({ username: 'jl-4', password: { scheme: 'bcrypt', hash: 'x' }, gender: 'OTHER' }),
    JSON.stringify({ username: 'jl-5', nickname: 'separated\u2028lines' }),
    '[]',
    JSON.stringify({ username: 'jl-7', nickname: '\0' }),
    '{"username":"jl-8"}\r',
    JSON.stringify({ username: 'JL-1' }),
  ];
  const path = await write('people.jsonl', `\ufeff${lines.join('\n')}`);
  const first = await gatehouse(['user', 'import', path], env);
  expect(first).toMatchObject({
    code: 3,
    output: 'Created 3 accounts, 0 already existed, rejected 5 lines.\n',
  });
  const reported = first.errors.trim().split('\n');
  expect(reported.map((line) => line.slice(path.length))).toEqual([
    ':2: The line is not valid JSON.',
    expect.stringMatching(/^:4: password\.hash: must be .*; gender: /),
    expect.stringMatching(/^:6: Invalid input: expected object/),
    expect.stringMatching(/^:7: nickname: must not contain NUL/),
    ':9: username "JL-1" is already in line 1.',
  ]);
  expect(await list('jl-')).toEqual(['jl-1', 'jl-5', 'jl-8']);
  const login = { phone: 'jl-1', password: 'old password', device: 'mate60', version: '101' };
  expect((await gateway.post(`/sys/login-phone?${new URLSearchParams(login)}`)).json()).toMatchObject({
    ok: true,
  });

  expect(jsonLines(await gatehouse(['user', 'import', path, '--json'], env))).toEqual([
    { created: 0, existing: 3, rejected: 5 },
  ]);
});

test('imports CSV with quotes, line breaks inside quotes and an unclosed quote', async () => {
  const csv = [
    'username,phone,nickname,type,license.number,roles,password.scheme,password.salt,password.hash',
    `csv-1,13911110001,"Smith, ""Bob""",7,L-1,MEMBER|GYSBOSS,md5-salt-first,s,${HASH}`,
    'csv-2,13911110002,"two',
    'lines",,,,,,',
    'csv-4,13911110004,"open,,,,,,',
    'csv-5,13911110005,,,,,,,',
    'csv-6,too few',
    'csv-7,,,seven,,,,,',
    'csv-8,,a "quote" inside,,,,,,',
    '"csv-9",,"closed",,,,,,',
  ].join('\r\n');
  const path = await write('people.csv', csv);
  const report = join(folder, 'rejected.jsonl');
  const ended = await gatehouse(['user', 'import', path, '--errors', report, '--json'], env);
  expect(ended).toMatchObject({ code: 3, errors: '' });
  expect(jsonLines(ended)).toEqual([{ created: 4, existing: 0, rejected: 4 }]);
  const rejected = (await readFile(report, 'utf8')).trim().split('\n');
  expect(rejected.map((line) => JSON.parse(line))).toEqual([
    { line: 5, code: 'MALFORMED', message: 'A quote is not closed, or stands inside a field.' },
    { line: 7, code: 'MALFORMED', message: 'The line has 2 fields, but the header has 9.' },
    { line: 8, code: 'INVALID_INPUT', field: 'type', message: expect.stringMatching(/^type: /) },
    { line: 9, code: 'MALFORMED', message: 'A quote is not closed, or stands inside a field.' },
  ]);
  const users = await accountsOf(gateway, 'csv-');
  expect(users).toMatchObject([
    { username: 'csv-1', nickname: 'Smith, "Bob"', type: 7, licenseNumber: 'L-1' },
    { username: 'csv-2', nickname: 'two\nlines' },
    { username: 'csv-5', nickname: null },
    { username: 'csv-9', nickname: 'closed' },
  ]);
  expect(users[0]?.roles.getItems().map(({ code }) => code)).toEqual(['MEMBER', 'GYSBOSS']);
});

test('names every collision of a CSV file with the line and the field', async () => {
  const csv = 'username,phone\r\nAlice,13900000091\r\nalice,13900000092\r\nALICE,\r\nbob,13900000091\r\n';
  const path = await write('collisions.csv', csv);
  const conflict = (line: number, field: string, message: string) => ({
    line,
    code: 'CONFLICT',
    field,
    message,
  });
  const conflicts = [
    conflict(3, 'username', 'username "alice" is already in line 2.'),
    conflict(4, 'username', 'username "ALICE" is already in line 2.'),
    conflict(5, 'phone', 'phone 13900000091 is already in line 2.'),
  ];
  for (const [created, existing] of [
    [1, 0],
    [0, 1],
  ]) {
    const ended = await gatehouse(['user', 'import', path, '--json'], env);
    expect(ended.code).toBe(3);
    expect(jsonLines(ended)).toEqual([{ created, existing, rejected: 3 }]);
    expect(
      ended.errors
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(conflicts);
  }
});

test('keeps usernames of digits as they are written, and refuses what is no phone', async () => {
  const csv = [
    'username,phone,email',
    '00123456,,',
    '123456,,',
    '123-456,,',
    '2018012346,13900000093,',
    'float,13911113333.0,',
    'trunk,+86(0)13911113334,',
    'short,1.39E+10,',
    'letters,1391111333O,',
    'mail,13911113335,not a mail',
  ].join('\n');
  const { code, output, errors } = await gatehouse(['user', 'import', await write('digits.csv', csv)], env);
  expect({ code, output }).toEqual({
    code: 3,
    output: 'Created 4 accounts, 0 already existed, rejected 5 lines.\n',
  });
  const phones = [6, 7, 8, 9].map((line) => `:${line}: phone must be a phone number of 6 to 15 digits.`);
  expect(
    errors
      .trim()
      .split('\n')
      .map((line) => line.slice(line.indexOf('.csv') + 4)),
  ).toEqual([...phones, ':10: email: must be an address such as li@example.com']);
  const { users, db } = gateway.services;
  const names = ['00123456', '123456', '123-456', '2018012346'];
  const found = await Promise.all(names.map((name) => users.findByLoginName(db.em.fork(), name)));
  expect(found).toMatchObject([
    { username: '00123456', phone: null },
    { username: '123456', phone: null },
    { username: '123-456', phone: null },
    { username: '2018012346', phone: '8613900000093' },
  ]);
});

test('rejects unknown fields of JSON Lines by name', async () => {
  const lines = [
    { username: 'field-1', mobile: '13900001234', sex: 'M' },
    { username: 'field-2', password: { scheme: 'md5-salt-first', salt: 's', hash: HASH, rounds: 2 } },
    { username: 'field-3', license: { no: 'L-1' } },
    { username: 'field-4', roles: [{ code: 'MEMBER', name: 'Member', permissions: [] }] },
    { username: 'field-5', type: 'x', employee: { boss: true } },
  ];
  const path = await write('fields.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
  const { code, output, errors } = await gatehouse(['user', 'import', path], env);
  expect({ code, output }).toEqual({
    code: 3,
    output: 'Created 0 accounts, 0 already existed, rejected 5 lines.\n',
  });
  expect(errors.trim().split('\n')).toEqual([
    `${path}:1: mobile: is not a field of an account; sex: is not a field of an account`,
    `${path}:2: password.rounds: is not a field of an account`,
    `${path}:3: license.no: is not a field of an account`,
    `${path}:4: roles.0.permissions: is not a field of an account`,
    expect.stringMatching(/:5: type: .*; employee\.boss: is not a field of an account$/),
  ]);
});

test('uses the singular for one account and one line', async () => {
  const path = await write('one.jsonl', '{"username":"alone"}\n{}\n');
  expect(await gatehouse(['user', 'import', path], env)).toMatchObject({
    output: 'Created 1 account, 0 already existed, rejected 1 line.\n',
  });
});

test('reports a line that is not UTF-8 or too long, and imports the lines after it', async () => {
  const gbk = Buffer.from([0xc0, 0xee]);
  const content = Buffer.concat([
    Buffer.from('{"username":"odd-1"}\n{"username":"odd-2","name":"'),
    gbk,
    Buffer.from('"}\n"'),
    Buffer.alloc(3 * 1024 * 1024, 'x'),
    Buffer.from('"\n{"username":"odd-4"}'),
  ]);
  const { code, errors } = await gatehouse(['user', 'import', await write('odd.ndjson', content)], env);
  expect({ code, errors }).toEqual({
    code: 3,
    errors: expect.stringMatching(/:2: The line is not UTF-8\.\n.*:3: The line is longer than 1 MiB\.\n$/),
  });
  expect(await list('odd-')).toEqual(['odd-1', 'odd-4']);
});

test('reads standard input, and rejects a file whose header names unknown fields', async () => {
  const csv = 'username,name\npiped-1,One\npiped-2,Two\n';
  expect(await gatehouse(['user', 'import', '-', '--format', 'csv'], env, csv)).toMatchObject({
    code: 0,
    output: 'Created 2 accounts, 0 already existed, rejected 0 lines.\n',
  });
  expect(await gatehouse(['user', 'import', '-', '--format', 'csv'], env, 'user;name\nx;y\n')).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/^gatehouse: .* Unknown fields: user\. Known fields: id, username, .*\n$/),
  });
});

test('decodes the encoding that is declared, and rejects what is not in it', async () => {
  const gbk = (text: string) =>
    Buffer.concat([...text].map((character) => gbkBytes[character] ?? Buffer.from(character)));
  const gbkBytes: Readonly<Record<string, Buffer>> = {
    李: Buffer.from([0xc0, 0xee]),
    强: Buffer.from([0xc7, 0xbf]),
  };
  const path = await write(
    'gbk.csv',
    Buffer.concat([gbk('username,name\r\ngbk-1,李强\r\ngbk-2,'), Buffer.from([0xff, 0xff])]),
  );
  expect(await gatehouse(['user', 'import', path], env)).toMatchObject({
    code: 3,
    errors: `${path}:2: The line is not UTF-8.\n${path}:3: The line is not UTF-8.\n`,
  });
  expect(await gatehouse(['user', 'import', path, '--encoding', 'gbk'], env)).toMatchObject({
    code: 3,
    output: 'Created 1 account, 0 already existed, rejected 1 line.\n',
    errors: `${path}:3: The line is not GBK.\n`,
  });
  expect(await accountsOf(gateway, 'gbk-')).toMatchObject([{ username: 'gbk-1', name: '李强' }]);
  expect(await gatehouse(['user', 'import', path, '--encoding', 'ebcdic'], env)).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/The encoding ebcdic is not supported; use utf-8, gbk/),
  });
});

test('refuses UTF-16, in which lines cannot be separated', async () => {
  for (const mark of [
    [0xff, 0xfe],
    [0xfe, 0xff],
  ]) {
    const path = await write(
      'utf16.csv',
      Buffer.concat([Buffer.from(mark), Buffer.from('username\nx', 'utf16le')]),
    );
    expect(await gatehouse(['user', 'import', path], env)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/The file is UTF-16\. Save it as UTF-8/),
    });
  }
});

test.each([
  ['semicolons', ';'],
  ['tabs', '\t'],
])('imports the export of a spreadsheet with %s and empty rows', async (name, separator) => {
  const rows = [
    ['username', 'name', 'roles'],
    [`${name}-1`, `"Li${separator} Na"`, 'MEMBER'],
    ['', '', ''],
    [`${name}-2`, 'Wang, Wei', ''],
  ];
  const csv = `\ufeff${rows.map((row) => `${row.join(separator)}\r\n`).join('')}`;
  expect(await gatehouse(['user', 'import', await write('export.csv', csv)], env)).toMatchObject({
    code: 0,
    output: 'Created 2 accounts, 0 already existed, rejected 0 lines.\n',
  });
  expect(await accountsOf(gateway, `${name}-`)).toMatchObject([
    { username: `${name}-1`, name: `Li${separator} Na` },
    { username: `${name}-2`, name: 'Wang, Wei' },
  ]);
});

test('imports a file of several batches with invalid lines in each of them', async () => {
  const lines = Array.from({ length: 2100 }, (_, index) =>
    JSON.stringify(index % 100 === 50 ? { username: '', name: 'nobody' } : { username: `many-${index}` }),
  );
  const path = await write('many.jsonl', lines.join('\n'));
  const ended = await gatehouse(['user', 'import', path, '--json'], env);
  expect(jsonLines(ended)).toEqual([{ created: 2079, existing: 0, rejected: 21 }]);
  const rejected = ended.errors
    .trim()
    .split('\n')
    .map((line): { line: number } => JSON.parse(line));
  expect(rejected.map(({ line }) => line)).toEqual(
    Array.from({ length: 21 }, (_, index) => index * 100 + 51),
  );
});
