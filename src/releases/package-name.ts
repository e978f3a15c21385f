import { DomainError } from '../errors.js';

/** The longest name that file systems allow, and so that a client can save, in bytes of UTF-8. */
const MAX_BYTES = 255;

/**
 * Path separators, control characters, direction marks that let `exe` look like `jpg`, and the character that
 * replaces invalid UTF-8.
 */
const FORBIDDEN = /[/\\\p{Cc}\p{Bidi_Control}\u2028\u2029\uFFFD]/u;

const invalid = (message: string) => new DomainError('INVALID_INPUT', message, { field: 'file' });

/**
 * The name of a package in its download path, `/dist/<name>`: the file name up to its first dot, `-`, the version,
 * and the file name from its last dot. `websocket.html` and 1112343 make `websocket-1112343.html`.
 * @throws DomainError INVALID_INPUT (file) for a name that is empty, too long, or has a path or control characters.
 */
export function packageName(fileName: string, version: string): string {
  if (fileName === '') throw invalid('file must have a name.');
  if (FORBIDDEN.test(fileName) || fileName === '.' || fileName === '..') {
    throw invalid('file must have a name without path separators and control characters.');
  }
  const [stem = ''] = fileName.split('.');
  const dot = fileName.lastIndexOf('.');
  const name = `${stem}-${version}${dot < 0 ? '' : fileName.slice(dot)}`;
  if (Math.max(Buffer.byteLength(fileName), Buffer.byteLength(name)) > MAX_BYTES) {
    throw invalid(`file must have a name of at most ${MAX_BYTES} bytes, the version included.`);
  }
  return name;
}

/** The path of a download, encoded for a URL. */
export const packagePath = (name: string): string => `/dist/${encodeURIComponent(name)}`;
