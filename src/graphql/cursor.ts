import { GraphQLScalarType } from 'graphql';

/** A place in a stream of events, to go on from after a lost connection: opaque to clients. */
export const Cursor = new GraphQLScalarType<string, string>({
  name: 'Cursor',
  description:
    'A place in a stream of events. Keep the one of the last event, and give it as `since` to go on there.',
  serialize: String,
  parseValue: (value) => {
    if (typeof value === 'string' && value.length <= 200) return value;
    throw new TypeError('A cursor is a string that an event brought.');
  },
});
