import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';

/** A moment, as RFC 3339 writes it. */
export const DateTime = new GraphQLScalarType({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  description: 'A moment in UTC as RFC 3339 writes it, such as `2026-11-28T10:15:30.000Z`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
});
