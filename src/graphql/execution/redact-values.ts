/**
 * Messages of graphql-js that quote a value, and what remains of them. The value may be a megabyte of any text: each
 * pattern must take linear time.
 */
const quotingMessages: readonly (readonly [pattern: RegExp, redacted: string])[] = [
  // The kind of text that the parser expected or found remains.
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

/** The start of an error in a variable: its name, the value sent, and the path of the mistake in it. */
const variableError = /^Variable "\$(\w+)" got invalid value .*?(?: at "(\1(?:\.\w+|\[\d+\])+)")?$/s;

/**
 * A message of graphql-js about a mistake of the request, without the values sent: a password must not be shown or
 * logged because of a mistake beside it. Names, types and paths remain.
 * @param reason the message of the original error; for a variable, the mistake at its path.
 */
export function redactValues(message: string, reason = ''): string {
  const end = `; ${reason}`;
  const [, name, path] = (message.endsWith(end) && variableError.exec(message.slice(0, -end.length))) || [];
  if (name !== undefined) {
    return `Variable "$${name}" got an invalid value${path ? ` at "${path}"` : ''}; ${redactValues(reason)}`;
  }
  // In any other form, the end of the value is unknown.
  if (/^Variable "\$\w+" got invalid value /.test(message)) return 'A variable got an invalid value.';
  const [pattern, redacted] = quotingMessages.find(([pattern]) => pattern.test(message)) ?? [];
  return pattern && redacted !== undefined ? message.replace(pattern, redacted) : message;
}
