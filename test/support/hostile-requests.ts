import { METHODS } from 'node:http';
import fc from 'fast-check';
import { uploadForm } from './multipart.js';

type Fields = Readonly<Record<string, unknown>>;

/** Ways to write a path. `same`: what a server takes for the same path; the others name none that is documented. */
export const pathSpellings = [
  { same: true, of: (path: string) => path },
  { same: true, of: (path: string) => (path.endsWith('/') ? path.slice(0, -1) : `${path}/`) },
  { same: true, of: (path: string) => path.replace('o', '%6f') },
  { same: true, of: (path: string) => `http://elsewhere.example${path}` },
  { same: false, of: (path: string) => path.toUpperCase() },
  { same: false, of: (path: string) => path.replace(/\/(?=[^/]+\/?$)/, '//') },
  { same: false, of: (path: string) => `/${path}` },
  { same: false, of: (path: string) => path.replace(/\/(?=[^/]+\/?$)/, '/./') },
  { same: false, of: (path: string) => path.replace(/\/(?=[^/]+\/?$)/, '/x/../') },
  { same: false, of: (path: string) => path.replace(/\/(?=[^/]+\/?$)/, '%2f') },
  { same: false, of: (path: string) => `${path}%00` },
  { same: false, of: (path: string) => `${path}%zz` },
  { same: false, of: (path: string) => `${path};v=1` },
] as const;

/** HEAD has no body and OPTIONS is answered to browsers; CONNECT names no path. */
export const methods = fc.oneof(
  { weight: 8, arbitrary: fc.constant('POST') },
  fc.constantFrom(...METHODS.filter((method) => !['CONNECT', 'HEAD', 'OPTIONS'].includes(method))),
);

const evilText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '\0',
    'a\0b',
    '\ud800',
    'x\udfff',
    '\u202e',
    '😀'.repeat(60),
    'x'.repeat(5000),
    ' ',
    '%',
    "'",
    '-1',
  ),
  fc.constantFrom(
    '13800000001',
    '+8613800000001',
    '99999999999999999999',
    '1e5',
    'NaN',
    '__proto__',
    'constructor',
  ),
);
const evilValue = fc.oneof(
  { weight: 3, arbitrary: evilText.map((text) => JSON.stringify(text)) },
  fc.constantFrom(
    '1e400',
    '-1e400',
    '1e-400',
    '9007199254740993',
    '-0',
    '0.1',
    'null',
    'true',
    '[]',
    '{}',
    '""',
  ),
  fc.constantFrom(
    '{"toString":1}',
    '[["a"]]',
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    '"\\ud800"',
    '"\\u0000"',
  ),
  fc.jsonValue().map((value) => JSON.stringify(value)),
);

/** The parameters as JSON text, in part replaced by what nobody should send, some of it twice. */
const evilJson = (fields: Fields) =>
  fc
    .tuple(
      fc.dictionary(
        fc.constantFrom(...Object.keys(fields), '__proto__', 'constructor', 'toString'),
        evilValue,
        {
          maxKeys: 2,
        },
      ),
      fc.boolean(),
    )
    .map(([evil, twice]) => {
      const members = Object.entries(fields).map(([name, value]) => [name, JSON.stringify(value)]);
      const kept = twice ? members : members.filter(([name]) => !Object.hasOwn(evil, name ?? ''));
      return `{${[...kept, ...Object.entries(evil)].map(([name, value]) => `"${name}":${value}`).join()}}`;
    });

const evilFields = (fields: Fields) =>
  fc
    .dictionary(fc.constantFrom(...Object.keys(fields), 'file', 'sha256', 'notes'), evilText, { maxKeys: 2 })
    .map((evil) =>
      Object.entries({ ...fields, ...evil }).map(([name, value]) => [name, String(value)] as const),
    );

const types = fc.constantFrom(
  null,
  'application/json',
  'application/json; charset=utf-16',
  'application/json; charset="x',
  'APPLICATION/JSON;charset=gb18030',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=gbk',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary=x',
  'multipart/mixed; boundary=x',
  'text/plain',
  'application/octet-stream',
  '/',
  ';',
  '*/*',
  'é',
);

/** A body and the type it is said to have; mostly one that a door could read. */
export const bodies = (fields: Fields) =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: evilJson(fields).map((body) => ({ type: 'application/json', body: Buffer.from(body) })),
    },
    {
      weight: 2,
      arbitrary: evilFields(fields).map((pairs) => ({
        type: 'application/x-www-form-urlencoded',
        // Lone surrogates become U+FFFD here, as they do in a browser.
        body: Buffer.from(
          new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString(),
        ),
      })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(evilFields(fields), fc.boolean(), fc.nat({ max: 40 }))
        .map(([pairs, withFile, cut]) => {
          const file = withFile ? [['file', { fileName: 'app.zip', content: 'a package' }] as const] : [];
          const { headers, payload } = uploadForm([...pairs, ...file]);
          return {
            type: headers['content-type'],
            body: payload.subarray(0, payload.length - Math.max(0, cut - 20)),
          };
        }),
    },
    fc.record({
      type: types,
      body: fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        evilJson(fields).map((body) => Buffer.from(body)),
        evilValue.map((body) => Buffer.from(body)),
        evilJson(fields).map((body) => Buffer.from(body, 'utf16le')),
      ),
    }),
  );

export const queries = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc.constantFrom(
    '?',
    '?&&=',
    '?__proto__=1&constructor=2',
    '?phone=%zz',
    '?account=%00&phone=%00',
    '?a[b][c]=1',
    '??',
  ),
  fc.constantFrom(
    '?deviceId=%ud800',
    '?version=1&version=2',
    `?${'a=1&'.repeat(2000)}`,
    '?%00=%00',
    '?password=%ff',
  ),
);

/** Headers that are well-formed, and mean nothing or harm. */
export const headers = fc.uniqueArray(
  fc.constantFrom(
    'content-encoding: gzip',
    'content-encoding: nonsense',
    'accept: text/html',
    'accept-encoding: br;q=nonsense',
    'x-device-id: é\xff',
    `x-device-id: ${'x'.repeat(4000)}`,
    'x-http-method-override: DELETE',
    'origin: null',
    'cookie: __proto__=1; =; a',
    'x-forwarded-host: evil.example"><script>',
    'x-forwarded-proto: gopher',
    'digest: sha-256=nonsense',
    'content-digest: sha-256=:AAAA:',
    'token: a.b.c',
    'usertoken: 00000000000000000000000000000000',
    'range: bytes=0-0',
    'if-none-match: *',
    'expect: 100-continue',
    'expect: nonsense',
    'upgrade: h2c',
  ),
  { maxLength: 3 },
);
