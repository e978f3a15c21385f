import { describe, expect, test } from '@jest/globals';
import { parseParameters, parsePartHeader } from '../../../src/http/multipart/part-header.js';
import { Charset } from '../../../src/http/text/charset.js';
import { UnreadableText } from '../../../src/http/text/unreadable-text.js';

/** As Dicer reads a header: one character for each byte. */
const bytes = (text: string) => Buffer.from(text).toString('latin1');

const fileNameOf = (parameter: string, charset = Charset.utf8) =>
  parsePartHeader({ 'content-disposition': [`form-data; name="file"; ${parameter}`] }, charset)?.fileName;

describe('reads a file name', () => {
  test.each([
    ['plain', 'filename="a.zip"', 'a.zip'],
    ['without quotes', 'filename=a.zip', 'a.zip'],
    ['with spaces and semicolons', 'filename="a; b = c.zip"', 'a; b = c.zip'],
    ['with escaped quotes', 'filename="a\\"b\\\\c.zip"', 'a"b\\c.zip'],
    ['with a Windows path', 'filename="C:\\temp\\a.zip"', 'C:\\temp\\a.zip'],
    ['that is empty', 'filename=""', ''],
    ['in UTF-8', bytes('filename="李强.zip"'), '李强.zip'],
    ['in an extended parameter', "filename*=UTF-8''%E6%9D%8E%E5%BC%BA.zip", '李强.zip'],
    ['in an extended parameter in GBK', "filename*=gbk'zh'%C0%EE%C7%BF.zip", '李强.zip'],
    ['in an extended parameter before the plain one', `filename*=UTF-8''%E6%9D%8E; filename="x"`, '李'],
    ['in an extended parameter with an apostrophe', "filename*=UTF-8''it's", "it's"],
    ['in Base64 of a mail library', 'filename="=?UTF-8?B?5p2O5by6?=.zip"', '李强.zip'],
    ['in quoted-printable of a mail library', 'filename="=?gbk?Q?=C0=EE_=C7=BF?="', '李 强'],
    ['in two words of a mail library', 'filename="=?UTF-8?B?5p2O?= =?UTF-8?B?5by6?="', '李强'],
  ])('%s', (_form, parameter, name) => {
    expect(fileNameOf(parameter)).toBe(name);
  });

  test('in the charset of the form, whose bytes may be those of a backslash', () => {
    // The second byte of 誠 in GBK is 0x5C.
    expect(fileNameOf('filename="\xD5\x5C.zip"', Charset.named('gbk'))).toBe('誠.zip');
  });
});

describe('refuses a file name', () => {
  test.each([
    ['in GBK without a charset', 'filename="\xC0\xEE.zip"'],
    ['with invalid escapes', "filename*=UTF-8''%C0%EE"],
    ['with invalid bytes in Base64', 'filename="=?UTF-8?B?wO4=?="'],
  ])('%s', (_form, parameter) => {
    expect(() => fileNameOf(parameter)).toThrow(new UnreadableText('bytes', 'Content-Disposition'));
  });

  test.each(["filename*=utf-16''a", 'filename="=?utf-16?Q?a?="'])(
    'in an unsupported charset: %s',
    (parameter) => {
      expect(() => fileNameOf(parameter)).toThrow(new UnreadableText('charset', 'utf-16'));
    },
  );
});

test.each([
  [undefined, 'text/plain', Charset.utf8],
  ['text/plain; charset=GBK', 'text/plain', Charset.named('gbk')],
  ['Application/JSON', 'application/json', Charset.utf8],
])('the content type %s is %s', (contentType, mimeType, charset) => {
  const header = {
    'content-disposition': ['form-data; name="a"'],
    'content-type': contentType ? [contentType] : [],
  };
  expect(parsePartHeader(header, Charset.utf8)).toMatchObject({ fileName: undefined, mimeType, charset });
});

test('bytes without a file name are a file', () => {
  const header = {
    'content-disposition': ['form-data; name="a"'],
    'content-type': ['application/octet-stream'],
  };
  expect(parsePartHeader(header, Charset.utf8)?.fileName).toBe('');
});

test.each([
  {},
  { 'content-disposition': ['attachment; name="a"'] },
  { 'content-disposition': ['form-data'] },
])('%j is no field of a form', (header) => {
  expect(parsePartHeader(header, Charset.utf8)).toBeNull();
});

test.each(['7bit', '8bit', 'Binary'])(
  'Content-Transfer-Encoding %s leaves the content as it is',
  (encoding) => {
    const header = {
      'content-disposition': ['form-data; name="a"'],
      'content-transfer-encoding': [encoding],
    };
    expect(parsePartHeader(header, Charset.utf8)?.encoding).toBe(encoding.toLowerCase());
  },
);

test.each(['base64', 'quoted-printable'])('Content-Transfer-Encoding %s is refused', (encoding) => {
  const header = {
    'content-disposition': ['form-data; name="version"'],
    'content-transfer-encoding': [encoding],
  };
  expect(() => parsePartHeader(header, Charset.utf8)).toThrow(
    'version must be sent without Content-Transfer-Encoding.',
  );
});

test.each([
  ['multipart/form-data; boundary=x', 'x'],
  ['multipart/form-data; charset=gbk; Boundary="a b"', 'a b'],
  [
    'multipart/form-data;boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW',
    '----WebKitFormBoundary7MA4YWxkTrZu0gW',
  ],
  ['multipart/form-data', undefined],
])('the boundary of %s is %s', (contentType, boundary) => {
  expect(parseParameters(contentType).get('boundary')).toBe(boundary);
});
