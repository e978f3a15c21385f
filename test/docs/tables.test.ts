import { expect, test } from '@jest/globals';
import { domainErrors } from '../../src/errors.js';
import { extensionCodes, FAULT_CODE } from '../../src/graphql/execution/error-codes.js';
import { statusOf } from '../../src/graphql/http/status.js';
import { closes } from '../../src/graphql/sockets/close-codes.js';
import { dialects } from '../../src/legacy/index.js';
import { read, tableRows } from './markdown.js';

test('docs/live-protocol.md lists every close code', () => {
  const expected = Object.values(closes).map(({ code, reason, meaning, reconnect }) => [
    String(code),
    reason === '' ? '–' : reason,
    meaning,
    reconnect ? 'yes' : 'no',
  ]);
  expect(tableRows(read('docs/live-protocol.md'), 'Close codes')).toEqual(expected);
});

test('docs/clients.md lists every error code of a service, with its meaning and HTTP status', () => {
  const shared = ['ACCOUNT_UNKNOWN', 'PASSWORD_WRONG'];
  const own = Object.entries(domainErrors).filter(([code]) => !shared.includes(code));
  const rows = tableRows(read('docs/clients.md'), 'Errors');
  for (const [code, meaning] of own) {
    expect(rows).toContainEqual([code, meaning, String(statusOf({ message: '', extensions: { code } }))]);
  }
  const listed = rows.map(([code]) => code);
  expect(listed).toEqual(expect.arrayContaining([...Object.values(extensionCodes), FAULT_CODE]));
});

test('docs/legacy.md names every path of the legacy APIs', () => {
  const paths = dialects.flatMap(({ routes, uploads = {} }) => Object.keys({ ...routes, ...uploads }));
  const listed = [...read('docs/legacy.md').matchAll(/`(\/[\w/-]+)`/g)].map(([, path = '']) => path);
  expect(listed).toEqual(expect.arrayContaining(paths));
});
