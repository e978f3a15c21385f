import { S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../../config.js';
import { type DomainError, outage } from '../../../errors.js';
import type { Tracing } from '../../../tracing/tracing.js';

/** How long a connection and the head of an answer may take. A part of a package takes longer. */
const CONNECT_MS = 5000;
export const ANSWER_MS = 5000;
/** The first attempt and two retries, of requests that S3 refuses or cuts. */
const ATTEMPTS = 3;

/** Error codes of a server that works: the object does not exist, the server lacks the operation. */
const ANSWERS: ReadonlySet<string> = new Set(['NoSuchKey', 'NotImplemented']);

/** Whether an error of a request has this code. */
export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && error.name === code;

/**
 * A client whose requests throw the errors in `ANSWERS`, and any other one as the cause of UNAVAILABLE.
 * Credentials come from the standard chain of the SDK.
 */
export function createClient(
  { region, endpoint, forcePathStyle, bucket }: S3Settings,
  tracing: Tracing | null,
): S3Client {
  const client = new S3Client({
    ...(region === null ? {} : { region }),
    ...(endpoint === null ? {} : { endpoint }),
    forcePathStyle,
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
      // A download that waits for its client is silent, too.
      socketTimeout: 0,
      // Each download holds a connection.
      httpAgent: { maxSockets: Number.POSITIVE_INFINITY },
      httpsAgent: { maxSockets: Number.POSITIVE_INFINITY },
    },
    // Older servers refuse the checksums that the SDK adds. Signatures cover the content in any case.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  client.middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        throw error instanceof Error && ANSWERS.has(error.name) ? error : unavailable(error);
      }
    },
    { name: 'unavailable', step: 'initialize', priority: 'high' },
  );
  // The SDK would wait as long again for a server that does not answer, while clients wait for the gateway.
  client.middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        throw error instanceof Error && error.name === 'TimeoutError' ? new Error(error.message) : error;
      }
    },
    { name: 'timeouts', step: 'finalizeRequest', priority: 'low' },
  );
  if (tracing) recordRequests(client, bucket, tracing);
  return client;
}

/** Records requests, with all attempts of each, within the spans that they belong to. */
function recordRequests(client: S3Client, bucket: string, tracing: Tracing): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (request) => {
        if (tracing.current() === null) return next(request);
        const operation = commandName.replace(/Command$/, '');
        const attributes = {
          'rpc.system.name': 'aws-api',
          'rpc.method': `S3/${operation}`,
          'aws.s3.bucket': bucket,
        };
        return tracing.run(`S3/${operation}`, { kind: 'client', attributes }, () => next(request));
      },
    { name: 'traces', step: 'initialize', priority: 'high' },
  );
}

/** @param cause why S3 cannot be used now, for the log. */
export const unavailable = (cause: unknown): DomainError =>
  outage('The storage of packages does not answer; try again later.', cause);
