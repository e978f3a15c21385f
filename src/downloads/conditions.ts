import type { IncomingHttpHeaders } from 'node:http';

/** The validators of a file (RFC 9110, 8.8), which the conditions of a request are compared with. */
export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

/**
 * The status that the conditions of a GET or HEAD request ask for, by RFC 9110, 13.2.2. The request's `Cache-Control`
 * does not count: an answer of the origin is always current.
 */
export function evaluateConditions(headers: IncomingHttpHeaders, validators: Validators): 200 | 304 | 412 {
  const { etag, lastModified } = validators;
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  const unmodifiedSince = seconds(headers['if-unmodified-since']);
  const modifiedSince = seconds(headers['if-modified-since']);
  const modified = seconds(lastModified.toUTCString());
  if (ifMatch === undefined ? modified > unmodifiedSince : !includes(ifMatch, [etag])) return 412;
  // Weakly compared.
  const isCached =
    ifNoneMatch === undefined ? modified <= modifiedSince : includes(ifNoneMatch, [etag, `W/${etag}`]);
  return isCached ? 304 : 200;
}

/** Whether `Range` applies, by RFC 9110, 13.1.5: a client with a part of another package needs all of this one. */
export function isRangeCurrent(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): boolean {
  const ifRange = headers['if-range']?.toString();
  if (ifRange === undefined) return true;
  return ifRange.trim() === etag || seconds(ifRange) === seconds(lastModified.toUTCString());
}

/** NaN for an invalid time, which compares with nothing. */
const seconds = (time: string | undefined) => Date.parse(time ?? '') / 1000;

const includes = (list: string, etags: readonly string[]) =>
  list.trim() === '*' || (list.match(/(W\/)?"[^"]*"/g) ?? []).some((etag) => etags.includes(etag));
