/** Controls, format characters such as a byte order mark, lone surrogates and every kind of space. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u;
const invisibleAtEnds = new RegExp(`^${INVISIBLE.source}|${INVISIBLE.source}$`, 'u');
const allInvisible = new RegExp(INVISIBLE, 'gu');

/**
 * Finds invisible mistakes of env files, such as Windows line ends, in settings of any form.
 * @param names of all settings.
 * @returns the problem of each setting that has one.
 */
export function textProblems(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Map<string, string> {
  const misnamed = Object.keys(env).filter((key) => !names.includes(key));
  return new Map([
    ...names.flatMap((name) => entry(name, valueProblem(env[name] ?? ''))),
    ...misnamed.flatMap((key) => {
      const name = key.replaceAll(allInvisible, '');
      return names.includes(name) ? entry(name, nameProblem(key)) : [];
    }),
  ]);
}

const entry = (name: string, problem: string | null): [string, string][] =>
  problem === null ? [] : [[name, `${name} ${problem}`]];

function valueProblem(value: string): string | null {
  const [invisible] = invisibleAtEnds.exec(value) ?? [];
  if (invisible !== undefined) {
    return `must not begin or end with the invisible character ${codePoint(invisible)}`;
  }
  if (/^(["']).*\1$/s.test(value))
    return 'must not be in quotes, which the reader of the env file did not remove';
  // Node decodes the environment, and writes this in place of invalid bytes.
  return value.includes('\uFFFD') ? 'must be UTF-8' : null;
}

const nameProblem = (key: string): string =>
  `must be named without the invisible character ${codePoint(INVISIBLE.exec(key)?.[0] ?? '')}`;

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
