import { reasonOf } from '../../../database/reason.js';
import { DomainError, StartError } from '../../../errors.js';
import type { PackageBucket } from './package-bucket.js';

/** Names the fleet whose packages a bucket has below its prefix. */
const MARKER = 'fleet';

const PERMISSIONS =
  's3:ListBucket, s3:ListBucketMultipartUploads, s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload';

/** Why S3 refuses, by its error codes (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
const REASONS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket',
  PermanentRedirect: 'it is in another region than STORAGE_URL says',
  AuthorizationHeaderMalformed: 'it is in another region than STORAGE_URL says',
  CredentialsProviderError: 'no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  InvalidAccessKeyId: 'its server does not know the access key id',
  SignatureDoesNotMatch: 'the secret access key is wrong',
  ExpiredToken: 'the credentials have expired',
  // This error of the SDK has no code.
  'Region is missing': 'its region is unknown: add the parameter region, or set AWS_REGION',
  AccessDenied: `the credentials need the permissions ${PERMISSIONS}`,
};

/**
 * Checks that the bucket can be listed, read and written, and has the packages of this fleet alone. An empty one is
 * marked with the fleet.
 * @throws StartError
 */
export async function claimBucket(bucket: PackageBucket, fleetId: string): Promise<void> {
  try {
    const isEmpty = await hasNothing(bucket);
    const owner = isEmpty ? fleetId : await bucket.readText(MARKER);
    if (owner === null) throw refusal(bucket, 'it has objects that are not of a gateway: set another prefix');
    if (owner !== fleetId)
      throw refusal(bucket, 'it has the packages of another gateway: set another prefix');
    // Written again each time, to find out whether it can be.
    await bucket.put(MARKER, fleetId);
  } catch (error) {
    throw error instanceof DomainError ? refusal(bucket, explain(error.cause)) : error;
  }
}

/** Reads the marker. @throws DomainError UNAVAILABLE */
export async function checkBucket(bucket: PackageBucket): Promise<void> {
  await bucket.readText(MARKER);
}

async function hasNothing(bucket: PackageBucket): Promise<boolean> {
  for await (const _object of bucket.list('')) return false;
  return true;
}

const explain = (cause: unknown): string =>
  (cause instanceof Error ? (REASONS[cause.name] ?? REASONS[cause.message]) : undefined) ?? reasonOf(cause);

const refusal = (bucket: PackageBucket, reason: string) =>
  new StartError(`The bucket ${bucket.url} cannot be used: ${reason}.`);
