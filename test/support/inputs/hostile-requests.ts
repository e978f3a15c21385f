import { METHODS } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { rawForm, uploadForm } from '../clients/multipart.js';

type Parameters = Readonly<Record<string, unknown>>;

/** Ways to write a path. `same` says whether the server must route the spelling like the path itself. */
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

/** POST and every other method, except HEAD (no body), OPTIONS (CORS preflight) and CONNECT (no path). */
export const methods = fc.oneof(
  { weight: 8, arbitrary: fc.constant('POST') },
  fc.constantFrom(...METHODS.filter((method) => !['CONNECT', 'HEAD', 'OPTIONS'].includes(method))),
);

const hostileText = fc.oneof(
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
const hostileJsonValue = fc.oneof(
  { weight: 3, arbitrary: hostileText.map((text) => JSON.stringify(text)) },
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

/** The parameters as JSON text. Some have hostile values, some keys are duplicated. */
const hostileJson = (parameters: Parameters) =>
  fc
    .tuple(
      fc.dictionary(
        fc.constantFrom(...Object.keys(parameters), '__proto__', 'constructor', 'toString'),
        hostileJsonValue,
        {
          maxKeys: 2,
        },
      ),
      fc.boolean(),
    )
    .map(([hostile, withDuplicates]) => {
      const members = Object.entries(parameters).map(([name, value]) => [name, JSON.stringify(value)]);
      const kept = withDuplicates ? members : members.filter(([name]) => !Object.hasOwn(hostile, name ?? ''));
      return `{${[...kept, ...Object.entries(hostile)].map(([name, value]) => `"${name}":${value}`).join()}}`;
    });

const hostileFields = (parameters: Parameters) =>
  fc
    .dictionary(fc.constantFrom(...Object.keys(parameters), 'file', 'sha256', 'notes'), hostileText, {
      maxKeys: 2,
    })
    .map((hostile) =>
      Object.entries({ ...parameters, ...hostile }).map(([name, value]) => [name, String(value)] as const),
    );

const contentTypes = fc.constantFrom(
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

const charsets = fc.constantFrom(
  'utf-8',
  'GBK',
  'gb18030',
  'Big5',
  'iso-8859-1',
  'us-ascii',
  'utf-16',
  'none',
);

/** A parameter in bytes that may not be valid in the declared charset. */
const bytesInCharset = (parameters: Parameters) =>
  fc
    .record({
      name: fc.constantFrom(...Object.keys(parameters)),
      bytes: fc.oneof(
        fc.constantFrom('\xC0\xEE\xC7\xBF', '\xE6\x9D\x8E', '\xA7\xF5\xB1\x6A', '\x94\x39\xFC\x36'),
        fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      ),
      charset: charsets,
      form: fc.constantFrom('json', 'urlencoded', 'multipart', 'json part'),
    })
    .map(({ name, bytes, charset, form }) => {
      const declared = `; charset=${charset}`;
      const json = `{"${name}":"${bytes}"}`;
      const type = form === 'json part' ? `\r\ncontent-type: application/json${declared}` : '';
      const multipart = rawForm([`name="${name}"${type}`, type ? `"${bytes}"` : bytes]);
      switch (form) {
        case 'json':
          return { type: `application/json${declared}`, body: Buffer.from(json, 'latin1') };
        case 'urlencoded':
          return {
            type: `application/x-www-form-urlencoded${declared}`,
            body: Buffer.from(`${name}=${bytes}`, 'latin1'),
          };
        default:
          return { type: `${multipart.headers['content-type']}${declared}`, body: multipart.payload };
      }
    });

const compressors = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };

/** A Content-Encoding, and what it does to a body. */
const encodings = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ encoding: null, encode: (body: Buffer) => body }) },
  fc
    .constantFrom(...Object.entries(compressors))
    .map(([encoding, compress]) => ({ encoding, encode: (body: Buffer): Buffer => compress(body) })),
);

/** Bodies with their content type and encoding. Most of them can be parsed. */
export const bodies = (parameters: Parameters) =>
  fc
    .tuple(plainBodies(parameters), encodings)
    .map(([{ type, body }, { encoding, encode }]) => ({ type, encoding, body: encode(body) }));

const plainBodies = (parameters: Parameters) =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: hostileJson(parameters).map((body) => ({
        type: 'application/json',
        body: Buffer.from(body),
      })),
    },
    {
      weight: 2,
      arbitrary: hostileFields(parameters).map((pairs) => ({
        type: 'application/x-www-form-urlencoded',
        // URLSearchParams replaces lone surrogates by U+FFFD, like a browser.
        body: Buffer.from(
          new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString(),
        ),
      })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(hostileFields(parameters), fc.boolean(), fc.nat({ max: 40 }))
        .map(([pairs, withFile, cut]) => {
          const file = withFile ? [['file', { fileName: 'app.zip', content: 'a package' }] as const] : [];
          const { headers, payload } = uploadForm([...pairs, ...file]);
          return {
            type: headers['content-type'],
            body: payload.subarray(0, payload.length - Math.max(0, cut - 20)),
          };
        }),
    },
    { weight: 2, arbitrary: bytesInCharset(parameters) },
    fc.record({
      type: contentTypes,
      body: fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        hostileJson(parameters).map((body) => Buffer.from(body)),
        hostileJsonValue.map((body) => Buffer.from(body)),
        hostileJson(parameters).map((body) => Buffer.from(body, 'utf16le')),
      ),
    }),
  );

/** Query strings, from empty to hostile. */
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

/** Well-formed headers with meaningless or hostile values. */
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
