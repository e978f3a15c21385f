import { DomainError } from '../errors.js';

/** What file systems allow, and so what a client can save a download as; in bytes of UTF-8. */
const LONGEST = 255;

/**
 * Path separators, control characters, marks that let `exe` look like `jpg`, and what stands for bytes that are no
 * UTF-8.
 */
const FORBIDDEN = /[/\\\p{Cc}\p{Bidi_Control}\u2028\u2029\uFFFD]/u;

const refuse = (message: string) => new DomainError('INVALID_INPUT', message, { field: 'file' });

/**
 * The name a package is downloaded by, `/dist/<name>`: the file name's text before its first dot, `-`, the
 * version, and, where there is a dot, `.` and the text after the last one. `websocket.html` and 1112343 make
 * `websocket-1112343.html`.
 * @throws DomainError INVALID_INPUT for a file name with path parts or control characters, or a result too long.
 */
export function packageName(fileName: string, version: string): string {
  if (fileName === '') throw refuse('The file has no name.');
  if (FORBIDDEN.test(fileName) || fileName === '.' || fileName === '..') {
    throw refuse('A file name has no path parts and no control characters.');
  }
  const [stem = ''] = fileName.split('.');
  const dot = fileName.lastIndexOf('.');
  const name = `${stem}-${version}${dot < 0 ? '' : fileName.slice(dot)}`;
  if (Math.max(Buffer.byteLength(fileName), Buffer.byteLength(name)) > LONGEST) {
    throw refuse(`A file name has at most ${LONGEST} bytes, its version included.`);
  }
  return name;
}

/** The path of a download, as part of a URL. */
export const packagePath = (name: string): string => `/dist/${encodeURIComponent(name)}`;
