import { GraphQLError, GraphQLScalarType } from 'graphql';
import { DomainError } from '../errors.js';
import type { UploadedFile } from '../releases/releases.js';

/** A file of the form, as a variable. */
export class UploadValue {
  #file: UploadedFile | null;

  constructor(file: UploadedFile) {
    this.#file = file;
  }

  /** The file, for one field of the operation. @throws DomainError INVALID_INPUT for a second one */
  take(): UploadedFile {
    const file = this.#file;
    if (!file) throw new DomainError('INVALID_INPUT', 'A file is published once.', { field: 'file' });
    this.#file = null;
    return file;
  }
}

export const Upload = new GraphQLScalarType<UploadValue, never>({
  name: 'Upload',
  description: 'A file, sent as the GraphQL multipart request specification says, over HTTP.',
  specifiedByURL: 'https://github.com/jaydenseric/graphql-multipart-request-spec',
  parseValue: (value) => {
    if (value instanceof UploadValue) return value;
    throw new GraphQLError('A file is sent in a multipart request.');
  },
  parseLiteral: () => {
    throw new GraphQLError('A file is sent in a multipart request, as a variable.');
  },
});
