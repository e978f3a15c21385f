import { DomainError } from '../../errors.js';
import { Charset } from '../text/charset.js';
import { unescapeBytes } from '../text/urlencoded.js';

/** The header of a part as Dicer parses it: values by name in lower case, one character for each byte. */
export type RawHeader = Readonly<Record<string, readonly string[] | undefined>>;

/** What the header of a part says. */
export interface PartHeader {
  /** The name of the form field. */
  readonly name: string;
  /** As the client sent it, with its path if it has one; undefined for a field. */
  readonly fileName: string | undefined;
  /** In lower case. */
  readonly mimeType: string;
  readonly encoding: string;
  /** Of the content. */
  readonly charset: Charset;
}

/** The encodings that leave the content as it is. RFC 7578, 4.7 deprecates all others. */
const TRANSPARENT: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary']);

/**
 * @param charset of the form.
 * @returns null for a part that is no form field.
 * @throws UnreadableText, DomainError INVALID_INPUT
 */
export function parsePartHeader(raw: RawHeader, charset: Charset): PartHeader | null {
  const disposition = charset.decode(
    Buffer.from(first(raw, 'content-disposition'), 'latin1'),
    'Content-Disposition',
  );
  const parameters = parseParameters(disposition);
  const name = parameters.get('name');
  if (!/^form-data\s*;/i.test(disposition) || name === undefined) return null;
  const contentType = first(raw, 'content-type');
  const mimeType = contentType.split(';', 1).join().trim().toLowerCase() || 'text/plain';
  const isFile = mimeType === 'application/octet-stream';
  return {
    name,
    fileName: parameters.get('filename') ?? (isFile ? '' : undefined),
    mimeType,
    encoding: transferEncoding(raw, name),
    charset: Charset.of(contentType, charset),
  };
}

/** The parameters of a header such as `form-data; name="file"; filename="a.zip"`, by name in lower case. */
export function parseParameters(header: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const extended = new Map<string, string>();
  for (const [, key = '', quoted, plain = ''] of header.matchAll(PARAMETER)) {
    const name = key.toLowerCase();
    if (name.endsWith('*')) extended.set(name.slice(0, -1), decodeExtended(quoted ?? plain));
    else parameters.set(name, decodeWords(quoted?.replace(/\\(["\\])/g, '$1') ?? plain));
  }
  return new Map([...parameters, ...extended]);
}

const PARAMETER = /;\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g;

/** `UTF-8'en'%E6%9D%8E` (RFC 8187). */
function decodeExtended(value: string): string {
  const [charset = '', , ...escaped] = value.split("'");
  return Charset.named(charset).decode(unescapeBytes(escaped.join("'")), 'Content-Disposition');
}

/** `=?UTF-8?B?5p2O?=` (RFC 2047), which mail libraries write. */
const decodeWords = (text: string): string =>
  text.replace(/=\?([^?\s]+)\?([bq])\?([^?\s]*)\?=(?:\s+(?==\?))?/gi, (_word, charset, encoding, encoded) => {
    const bytes =
      encoding.toLowerCase() === 'b'
        ? Buffer.from(encoded, 'base64')
        : unescapeBytes(encoded.replaceAll('_', ' ').replaceAll('%', '%25').replaceAll('=', '%'));
    return Charset.named(charset).decode(bytes, 'Content-Disposition');
  });

function transferEncoding(raw: RawHeader, name: string): string {
  const encoding = first(raw, 'content-transfer-encoding').trim().toLowerCase() || '7bit';
  if (TRANSPARENT.has(encoding)) return encoding;
  throw new DomainError('INVALID_INPUT', `${name} must be sent without Content-Transfer-Encoding.`, {
    field: name,
  });
}

const first = (raw: RawHeader, name: string): string => raw[name]?.[0] ?? '';
