import { GraphQLScalarType } from 'graphql';

/** A position in a stream of events: opaque to clients. */
export const Cursor = new GraphQLScalarType<string, string>({
  name: 'Cursor',
  description:
    'A position in a stream of events. Keep the cursor of the last event, and pass it as `since` to continue after it.',
  serialize: String,
  parseValue: (value) => {
    if (typeof value === 'string' && value.length <= 200) return value;
    throw new TypeError('A cursor is a string that an event carried.');
  },
});
