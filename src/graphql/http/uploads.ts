import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DomainError } from '../../errors.js';
import type { UploadForm } from '../../http/multipart/form.js';
import { readFormOf, requirePublisher, type SentForm } from '../../releases/publisher.js';
import type { Received } from '../../releases/storage.js';
import type { Services } from '../../services.js';
import type { Caller } from '../../sessions/sessions.js';
import { UploadValue } from '../upload.js';

const Operation = z.looseObject({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** One file for one variable: what any operation here takes, and no path that could build a huge list. */
const FileMap = z.record(z.string(), z.tuple([z.string().regex(/^variables\.[_A-Za-z]\w*$/)]));

/**
 * Multipart requests at the routes of `scope` (https://github.com/jaydenseric/graphql-multipart-request-spec).
 * Not by graphql-upload: it keeps a second copy of every file in the system's temporary folder, and expands any
 * map before it looks at it. Here the file goes straight to where releases are made of, and the operation runs
 * once all has come in.
 */
export class UploadDoor {
  /** Uploads that have come in, and whose operations run. */
  readonly #pending = new WeakMap<FastifyRequest, SentForm>();

  constructor(scope: FastifyInstance, services: Services) {
    scope.addContentTypeParser('multipart/form-data', async (request: FastifyRequest) => {
      const caller = await requirePublisher(services, request);
      requirePreflight(request);
      const form = await readFormOf(caller, request.raw, services);
      try {
        const operation = readOperation(form);
        this.#pending.set(request, form);
        return operation;
      } catch (error) {
        await form.file?.received.discard();
        throw error;
      }
    });
  }

  /**
   * Who sent the upload; undefined for a request that is none. Not as the token would say: it may have expired
   * while a large file came in, and its owner may have been demoted.
   */
  callerOf(request: FastifyRequest): Caller | undefined {
    return this.#pending.get(request)?.sender;
  }

  /** Runs the operation, and drops the file if it was not published. */
  async run<T>(request: FastifyRequest, operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } finally {
      await this.#pending.get(request)?.file?.received.discard();
    }
  }
}

/** A page of another origin can send a form without asking first; it cannot set a header. As Apollo Server has it. */
function requirePreflight({ headers }: FastifyRequest): void {
  if (headers['apollo-require-preflight'] || headers['x-apollo-operation-name']) return;
  throw new DomainError('INVALID_INPUT', 'An upload needs the header Apollo-Require-Preflight: true.');
}

/** The operation, with the file as its variable. @throws DomainError INVALID_INPUT */
function readOperation({ fields, file }: UploadForm<Received>): object {
  const operation = readJson(Operation, fields, 'operations');
  const map = readJson(FileMap, fields, 'map');
  const [[field, [path]] = ['', ['']], ...more] = Object.entries(map);
  const variable = path.replace('variables.', '');
  if (!file || field !== file.field || more.length > 0) {
    throw new DomainError('INVALID_INPUT', 'The map names exactly one file, and it is sent.', {
      field: 'map',
    });
  }
  return { ...operation, variables: { ...operation.variables, [variable]: new UploadValue(file) } };
}

function readJson<T>(schema: z.ZodType<T>, fields: UploadForm<Received>['fields'], field: string): T {
  try {
    return schema.parse(JSON.parse(fields[field] ?? ''));
  } catch {
    throw new DomainError('INVALID_INPUT', `The field ${field} is not what the specification asks for.`, {
      field,
    });
  }
}
