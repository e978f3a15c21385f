import { z } from 'zod';
import { parseParameters, refuse } from './setting-url.js';

/** A parsed `s3://bucket/prefix?region=…&endpoint=…`. */
export interface S3Url {
  readonly bucket: string;
  /** Of all keys: empty, or with a slash at its end. */
  readonly prefix: string;
  /** Null for the region that the environment of the SDK names. */
  readonly region: string | null;
  /** The URL of an S3-compatible server; null for AWS. */
  readonly endpoint: string | null;
  /** The URL of the same server for the clients of links; null for `endpoint`. */
  readonly publicEndpoint: string | null;
  /** Whether requests name the bucket in their path instead of their host. */
  readonly forcePathStyle: boolean;
}

const origin = z
  .string()
  .refine(isOrigin, 'must be an http or https URL without a path, such as https://s3.example.com');

const Parameters = z
  .strictObject({
    region: z.string().regex(/^[a-z\d-]+$/i, 'must be a region such as eu-central-1'),
    endpoint: origin,
    publicEndpoint: origin,
    forcePathStyle: z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true'),
  })
  .partial();

const URI = /^s3:\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;
const BUCKET = /^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/;
/** What needs no encoding in keys (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html). */
const PREFIX = /^(?:[\w!.*'()-]+(?:\/[\w!.*'()-]+)*\/?)?$/;

/**
 * @returns null for `file:`, the data folder.
 * @throws RangeError that says what the text must be, without quoting it: it may have a password.
 */
export function parseStorageUrl(text: string): S3Url | null {
  if (text === 'file:') return null;
  const [, bucket = '', prefix = '', query = ''] =
    URI.exec(text) ?? refuse('must be file: or a URL of the form s3://bucket/prefix?region=…');
  if (bucket.includes('@')) {
    refuse('must not have credentials, which the environment has: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY');
  }
  if (!BUCKET.test(bucket)) {
    refuse('must name a bucket: 3 to 63 lower-case letters, digits, dots and hyphens');
  }
  if (!PREFIX.test(prefix)) refuse("must have a prefix of letters, digits, slashes and !-_.*'()");
  const {
    region = null,
    endpoint = null,
    publicEndpoint = null,
    forcePathStyle = endpoint !== null,
  } = parseParameters(Parameters, query);
  const folder = prefix.replace(/([^/])$/, '$1/');
  return { bucket, prefix: folder, region, endpoint, publicEndpoint, forcePathStyle };
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}
