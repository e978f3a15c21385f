import { GraphQLError } from 'graphql';

/** The inputs of the schema need less than a fifth of each limit. */
const MAX_KEYS = 100;
const MAX_DEPTH = 50;
/** Characters of all strings and keys together: the longest strings of the schema have 10,000. */
const MAX_TEXT = 100_000;

/**
 * Bounds the time that graphql-js takes to report mistakes: it prints the object around each of up to fifty. Lists
 * may have any length, since it prints their first ten items only.
 * @throws GraphQLError BAD_REQUEST
 */
export function requireSmallVariables(variables: unknown): void {
  if (!variables) return;
  // Level by level: recursion could exceed the stack.
  let level: unknown[] = [variables];
  let text = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw tooLarge(`nest deeper than ${MAX_DEPTH} levels`);
    const deeper: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'string') text += value.length;
      if (typeof value !== 'object' || value === null) continue;
      const keys = Array.isArray(value) ? [] : Object.keys(value);
      if (keys.length > MAX_KEYS) throw tooLarge(`contain an object with more than ${MAX_KEYS} keys`);
      for (const key of keys) text += key.length;
      for (const inner of Object.values(value)) deeper.push(inner);
    }
    if (text > MAX_TEXT) throw tooLarge(`contain more than ${MAX_TEXT} characters of text`);
    level = deeper;
  }
}

const tooLarge = (excess: string): GraphQLError =>
  new GraphQLError(`variables must not ${excess}.`, { extensions: { code: 'BAD_REQUEST' } });
