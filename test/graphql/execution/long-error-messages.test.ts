import { describe, expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { presentError } from '../../../src/graphql/execution/present.js';
import { cpuTime } from '../../support/cpu-time.js';

/** CPU time. A pattern that takes the square of the length needs half a minute for one message. */
const LIMIT_MS = 1000;
const LENGTH = 1_000_000;
const log = pino({ level: 'silent' });

const fill = (piece: string) => piece.repeat(LENGTH / piece.length);
const unknownKey = (key: string) => `Field "${key}" is not defined by type "LoginInput".`;
const unknownValue = (value: string) => `Value "${value}" does not exist in "CaptchaType" enum.`;

/** Messages of graphql-js that quote a value which imitates the message. */
const messages: [content: string, message: string][] = [
  ['a key of suggestions', unknownKey(fill(' Did you mean '))],
  ['a key of suggestions, followed by one', `${unknownKey(fill(' Did you mean '))} Did you mean "username"?`],
  ['a key of question marks', unknownKey(fill('?'))],
  [
    'a value that repeats the message',
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
/** Values of a variable, which the message quotes before the reason. */
const values: [content: string, value: string][] = [
  ['paths', fill(' at "i')],
  ['paths with further text', fill(' at "i.a[1].a')],
  ['one long path', ` at "i${fill('.a')}`],
  ['one long index', ` at "i[${fill('1')}`],
  ['reasons', fill('; ')],
];

function timeToPresent(message: string, reason?: string): number {
  const error = new GraphQLError(message, {
    ...(reason === undefined ? {} : { originalError: new GraphQLError(reason) }),
  });
  const before = cpuTime();
  presentError(error, { log, suggestions: false });
  return cpuTime() - before;
}

describe('presents a message of a megabyte in linear time', () => {
  test.each(messages)('%s', (_content, message) => {
    expect(timeToPresent(message)).toBeLessThan(LIMIT_MS);
    const inVariable = `Variable "$i" got invalid value {}; ${message}`;
    expect(timeToPresent(inVariable, message)).toBeLessThan(LIMIT_MS);
  });

  test.each(values)('a variable of %s', (_content, value) => {
    const reason = 'String cannot represent a non string value: 5';
    const message = `Variable "$i" got invalid value "${value}" at "i.password"; ${reason}`;
    expect(timeToPresent(message, reason)).toBeLessThan(LIMIT_MS);
    expect(timeToPresent(`Variable "$i" got invalid value "${value}`)).toBeLessThan(LIMIT_MS);
  });
});

describe('a suggestion', () => {
  const present = (message: string, suggestions: boolean) =>
    presentError(new GraphQLError(message), { log, suggestions }).message;
  const names = ['"A"', '"A" or "B"', '"A", "B", or "C"', '"A", "B", "C", "D", or "E"'];

  test.each(names)('of %s is kept or removed as a whole', (suggested) => {
    const tail = ` Did you mean the enum value ${suggested}?`;
    const shown = 'This value does not exist in "CaptchaType" enum.';
    expect(present(`${unknownValue('hunter2')}${tail}`, true)).toBe(`${shown}${tail}`);
    expect(present(`${unknownValue('hunter2')}${tail}`, false)).toBe(shown);
  });

  test('is not found in a quoted value', () => {
    const message = unknownKey('x Did you mean "y"?');
    expect(present(message, false)).toBe(message);
    expect(present(`${message} Did you mean "username"?`, false)).toBe(message);
  });
});
