import { expect } from '@jest/globals';

/** Stands for any text in what a document shows. */
const ELLIPSIS = '…';

/** A regular expression for a whole text. Trailing white space does not count. */
export function textPattern(shown: string): RegExp {
  const parts = shown
    .trimEnd()
    .split(ELLIPSIS)
    .map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('[\\s\\S]*')}\\s*$`);
}

/** What `toEqual` compares a parsed JSON response with. @param shown JSON, whose strings may contain `…`. */
export function jsonPattern(shown: string): unknown {
  return JSON.parse(shown, (_key, value) =>
    typeof value === 'string' && value.includes(ELLIPSIS) ? expect.stringMatching(textPattern(value)) : value,
  );
}
