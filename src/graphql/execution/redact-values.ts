/**
 * What graphql-js words with a value of the client's in it, and what is shown of that. The value may be a megabyte of
 * anything: nothing here may look at a part of it more than a few times.
 */
const quoting: readonly (readonly [quote: RegExp, shown: string])[] = [
  // What the parser expected, and of what kind the text is that it found.
  [/^(Syntax Error: Expected (?:\w+|"[^"]{1,12}")), found .*$/s, '$1.'],
  [/^(Syntax Error: Unexpected "[^"]{1,3}")\.$/, '$1.'],
  [/^(Syntax Error: [^":]*[^":\s]):?\s*".*$/s, '$1.'],
  [/^(Expected value of type "[^"]*"), found .*$/s, '$1.'],
  [/^(Expected type "[^"]*"\.).*$/s, '$1'],
  [/^((?:\w+|Enum "\w+") cannot represent) .*$/s, '$1 this value.'],
  [
    /^Value ".*" (does not exist in "\w+" enum\.(?: Did you mean the enum value (?:"\w+"(?:, or |, | or )?){1,5}\?)?)$/s,
    'This value $1',
  ],
  [/^(Argument "\w+" has invalid value) .*$/s, '$1.'],
];

/** The start of an error in a variable: its name, what was sent, and where in it. */
const variable = /^Variable "\$(\w+)" got invalid value .*?(?: at "(\1(?:\.\w+|\[\d+\])+)")?$/s;

/**
 * A message of graphql-js about a request's own mistake, without the values that the client sent: a password must
 * not be shown, kept or logged for a mistake beside it. Names, types and places stay.
 * @param reason the message of the error in it: for a variable, what is wrong at the place.
 */
export function withoutValues(message: string, reason = ''): string {
  const end = `; ${reason}`;
  const [, name, place] = (message.endsWith(end) && variable.exec(message.slice(0, -end.length))) || [];
  if (name !== undefined) {
    return `Variable "$${name}" got an invalid value${place ? ` at "${place}"` : ''}; ${withoutValues(reason)}`;
  }
  // Whatever else it says, it begins with what was sent.
  if (/^Variable "\$\w+" got invalid value /.test(message)) return 'A variable got an invalid value.';
  const [quote, shown] = quoting.find(([pattern]) => pattern.test(message)) ?? [];
  return quote && shown !== undefined ? message.replace(quote, shown) : message;
}
