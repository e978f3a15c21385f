import { describe, expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { presentError } from '../../../src/graphql/execution/errors.js';
import { cpuTime } from '../../support/cpu-time.js';

/** Of processor time. By the square of the length, one such message takes half a minute. */
const A_MOMENT_MS = 1000;
const LENGTH = 1_000_000;
const log = pino({ level: 'silent' });

const fill = (piece: string) => piece.repeat(LENGTH / piece.length);
const unknownKey = (key: string) => `Field "${key}" is not defined by type "LoginInput".`;
const unknownValue = (value: string) => `Value "${value}" does not exist in "CaptchaType" enum.`;

/** How graphql-js words what a client sent, where that is made to look like the wording. */
const messages: [what: string, message: string][] = [
  ['a key of suggestions', unknownKey(fill(' Did you mean '))],
  ['a key of suggestions, with one', `${unknownKey(fill(' Did you mean '))} Did you mean "username"?`],
  ['a key of question marks', unknownKey(fill('?'))],
  [
    'a value that does not exist, over and over',
    unknownValue(fill('" does not exist in "A" enum. Did you mean the enum value ')),
  ],
  [
    'a value of suggestions',
    unknownValue(`" does not exist in "A" enum. Did you mean the enum value ${fill('"a", ')}`),
  ],
  ['a value of one long name', unknownValue(`" does not exist in "${fill('a')}`)],
  ['a value of quotes', unknownValue(fill('"'))],
  ['an enum of one long name', `Enum "${fill('a')}`],
  ['a scalar of one long name', fill('a')],
  ['a type of one long name', `Expected value of type "${fill('a')}`],
  ['a syntax error of blanks', `Syntax Error: ${fill(' ')}`],
  ['a syntax error of blanks and words', `Syntax Error: ${fill('a  ')}`],
  ['a syntax error of colons', `Syntax Error: ${fill(':')}`],
  ['a syntax error that expects a long name', `Syntax Error: Expected ${fill('a')}`],
  ['an argument of one long name', `Argument "${fill('a')}`],
];
/** What is sent in a variable comes before the reason. */
const values: [what: string, value: string][] = [
  ['places', fill(' at "i')],
  ['places that go on', fill(' at "i.a[1].a')],
  ['one long place', ` at "i${fill('.a')}`],
  ['one long index', ` at "i[${fill('1')}`],
  ['reasons', fill('; ')],
];

function present(message: string, reason?: string): number {
  const error = new GraphQLError(message, {
    ...(reason === undefined ? {} : { originalError: new GraphQLError(reason) }),
  });
  const before = cpuTime();
  presentError(error, error.toJSON(), log, { suggestions: false });
  return cpuTime() - before;
}

describe('a message of a megabyte is worded in a moment', () => {
  test.each(messages)('%s', (_what, message) => {
    expect(present(message)).toBeLessThan(A_MOMENT_MS);
    expect(present(`Variable "$i" got invalid value {}; ${message}`, message)).toBeLessThan(A_MOMENT_MS);
  });

  test.each(values)('a variable of %s', (_what, value) => {
    const reason = 'String cannot represent a non string value: 5';
    const message = `Variable "$i" got invalid value "${value}" at "i.password"; ${reason}`;
    expect(present(message, reason)).toBeLessThan(A_MOMENT_MS);
    expect(present(`Variable "$i" got invalid value "${value}`)).toBeLessThan(A_MOMENT_MS);
  });
});

describe('a suggestion', () => {
  const worded = (message: string, suggestions: boolean) => {
    const error = new GraphQLError(message);
    return presentError(error, error.toJSON(), log, { suggestions }).message;
  };
  const names = ['"A"', '"A" or "B"', '"A", "B", or "C"', '"A", "B", "C", "D", or "E"'];

  test.each(names)('of %s stays, or goes, whole', (suggested) => {
    const tail = ` Did you mean the enum value ${suggested}?`;
    const shown = 'This value does not exist in "CaptchaType" enum.';
    expect(worded(`${unknownValue('hunter2')}${tail}`, true)).toBe(`${shown}${tail}`);
    expect(worded(`${unknownValue('hunter2')}${tail}`, false)).toBe(shown);
  });

  test('that the client sent is none', () => {
    const message = unknownKey('x Did you mean "y"?');
    expect(worded(message, false)).toBe(message);
    expect(worded(`${message} Did you mean "username"?`, false)).toBe(message);
  });
});
