import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FileUpload, ProcessRequestFunction } from 'graphql-upload/processRequest.mjs';
import Upload from 'graphql-upload/Upload.mjs';
import { z } from 'zod';
import { DomainError } from '../../errors.js';
import { allowLongBody } from '../../http/body-deadline.js';
import { type FormFile, receiveForm } from '../../http/multipart/form.js';
import { admitUpload, type UploadServices } from '../../releases/upload-authorization.js';
import type { Services } from '../../services.js';

/** The body of a multipart request before `readUpload` has seen it. */
const UNREAD = Symbol('unread multipart body');

const Operation = z.looseObject({});

/** One file for one variable, which is all that an operation of the schema takes. */
const FileMap = z
  .record(z.string(), z.tuple([z.string()]))
  .transform(Object.entries)
  .pipe(z.tuple([z.tuple([z.string(), z.tuple([z.string()])])]));

/** Multipart requests at the routes of `scope`, https://github.com/jaydenseric/graphql-multipart-request-spec. */
export function registerUploads(
  scope: FastifyInstance,
  services: UploadServices & Pick<Services, 'releases'>,
): void {
  scope.addContentTypeParser('multipart/form-data', async () => UNREAD);
  const read = async (request: FastifyRequest, reply: FastifyReply) => {
    await admitUpload(services, request, reply.raw);
    requirePreflight(request.headers);
    allowLongBody(request.raw);
    request.body = await readUpload(request.raw, reply.raw, { maxFileSize: services.releases.maxBytes });
  };
  scope.addHook('preValidation', (request, reply, done) => {
    if (request.body !== UNREAD) return done();
    read(request, reply).then(() => done(), done);
  });
}

/**
 * A page of another origin can send a form without a preflight request, but cannot set a header:
 * https://www.apollographql.com/docs/apollo-server/security/cors#preventing-cross-site-request-forgery-csrf
 */
function requirePreflight(headers: NodeJS.Dict<string | string[]>): void {
  if (headers['apollo-require-preflight'] || headers['x-apollo-operation-name']) return;
  throw new DomainError('INVALID_INPUT', 'An upload needs the header Apollo-Require-Preflight: true.');
}

/**
 * Takes the place of graphql-upload's own `processRequest`, which writes a second copy of each file to disk and
 * expands any `map` before it looks at it. Resolves once `map` has been received, so that the operation is checked
 * while the file waits.
 */
const readUpload: ProcessRequestFunction = async (request, _response, { maxFileSize = Infinity } = {}) => {
  const form = receiveForm(request, maxFileSize, ['operations', 'map']);
  const operation = parseJson(Operation, await form.leadingField('operations'));
  if (!operation)
    throw invalid('operations', 'must be one GraphQL operation in JSON: batches are not supported.');
  const map = parseJson(FileMap, await form.leadingField('map'));
  if (!map)
    throw invalid('map', 'must name one file and one variable, such as {"0": ["variables.input.file"]}.');
  const [[field, [path]]] = map;
  const upload = new Upload();
  setVariable(operation, path, upload);
  form.file.then((file) => upload.resolve(toFileUpload(file, field))).catch(upload.reject);
  return operation;
};

const invalid = (field: string, message: string) =>
  new DomainError('INVALID_INPUT', `${field} ${message}`, { field });

function parseJson<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Follows own properties only, so that a path can neither reach a prototype nor enlarge a list. */
function setVariable(operation: object, path: string, value: Upload): void {
  const [root = '', ...keys] = path.split('.');
  const last = keys.pop() ?? '';
  const parent = [root, ...keys].reduce(ownProperty, operation);
  if (root !== 'variables' || !isObject(parent) || ownProperty(parent, last) !== null) {
    throw invalid('map', 'must name a variable that is null in operations, such as variables.input.file.');
  }
  parent[last] = value;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const ownProperty = (target: unknown, key: string): unknown =>
  isObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;

/** Its content is not stored before it is read, so it can be read only once. */
function toFileUpload(file: FormFile | null, field: string): FileUpload {
  if (file?.field !== field) throw invalid('file', 'must be in the form, under the name that map gives it.');
  const { name: filename, mimeType: mimetype, encoding, content } = file;
  let isOpen = false;
  return {
    filename,
    mimetype,
    encoding,
    createReadStream(): Readable {
      if (isOpen) throw invalid('file', 'can be read only once.');
      isOpen = true;
      return content;
    },
  };
}
