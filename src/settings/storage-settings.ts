import { resolve } from 'node:path';
import { z } from 'zod';
import { databaseUrlProblem } from './database-url.js';
import { parseRedisUrl } from './redis-url.js';
import { doc } from './setting-types.js';
import { parseStorageUrl } from './storage-url.js';

const databaseUrl = z.string().superRefine((text, context) => {
  const message = databaseUrlProblem(text);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

/** @param parse throws a RangeError that says what the text must be. */
const parsedBy = <T>(parse: (text: string) => T) =>
  z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });

export const storage = {
  DATA_DIR: z
    .string()
    .transform((path) => resolve(path))
    .prefault('./data')
    .meta(doc('Folder of the embedded database, uploaded packages, generated secrets and the SMS outbox.')),
  DATABASE_URL: databaseUrl
    .optional()
    .meta(
      doc(
        '`postgresql://` URL of the database to use, with the parameters of libpq: see [operations.md](operations.md#the-database).',
        'embedded PostgreSQL',
      ),
    ),
  DATABASE_DIRECT_URL: databaseUrl
    .optional()
    .meta(
      doc(
        'URL of the same database without the pooler in front, such as PgBouncer in transaction mode. The gateway holds a lock there.',
        '`DATABASE_URL`',
      ),
    ),
  REDIS_URL: parsedBy(parseRedisUrl)
    .optional()
    .meta(
      doc(
        'What several nodes share: `redis://host:6379/0`, `rediss://…`, with `sentinel=name` or `cluster=true` as a parameter: see [scaling.md](scaling.md). Without it, one gateway serves a database.',
        'single node',
      ),
    ),
  STORAGE_URL: parsedBy(parseStorageUrl)
    .prefault('file:')
    .meta(
      doc(
        'Where packages are stored: `file:` for `DATA_DIR`, or `s3://bucket/prefix?region=…&endpoint=…` for S3-compatible storage: see [operations.md](operations.md#packages-in-s3).',
      ),
    ),
  STORAGE_DOWNLOADS: z
    .enum(['proxy', 'redirect'], 'must be proxy or redirect')
    .prefault('proxy')
    .meta(
      doc(
        '`proxy` sends packages in S3 through the gateway. `redirect` sends clients to S3 with links that are valid for a minute, even if the package is withdrawn meanwhile.',
      ),
    ),
};
