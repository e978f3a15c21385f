import { GraphQLError } from 'graphql';

/** No input of ours has a fifth of them. */
const MOST_KEYS = 100;
/** No input of ours has a fifth of it. */
const DEEPEST = 50;
/** Characters of all texts and keys together: the longest texts of ours have 10,000. */
const MOST_TEXT = 100_000;

/**
 * Refuses variables that it would take long to find fault with: graphql-js prints the object around each of up to
 * fifty mistakes. A list may be of any length, since it prints the first ten only.
 * @throws GraphQLError BAD_REQUEST
 */
export function refuseVastVariables(variables: unknown): void {
  // Not by recursion: they may nest deeper than the stack.
  let level = [variables];
  let text = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) throw tooLarge(`nest deeper than ${DEEPEST} levels`);
    const deeper: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'string') text += value.length;
      if (typeof value !== 'object' || value === null) continue;
      const keys = Array.isArray(value) ? [] : Object.keys(value);
      if (keys.length > MOST_KEYS) throw tooLarge(`have an object with more than ${MOST_KEYS} keys`);
      for (const key of keys) text += key.length;
      for (const inner of Object.values(value)) deeper.push(inner);
    }
    if (text > MOST_TEXT) throw tooLarge(`have more than ${MOST_TEXT} characters of text`);
    level = deeper;
  }
}

const tooLarge = (what: string): GraphQLError =>
  new GraphQLError(`The variables ${what}.`, {
    // Over HTTP, where an error before the operation runs would be taken for a fault of ours.
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  });
