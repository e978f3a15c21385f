import { GraphQLScalarType } from 'graphql';
import { GraphQLJSONObject } from 'graphql-scalars';

/** A JSON object whose form another standard defines. */
export const JsonObject = new GraphQLScalarType({
  ...GraphQLJSONObject.toConfig(),
  name: 'JSONObject',
  description: 'A JSON object whose form another standard defines, as the field says.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
});
