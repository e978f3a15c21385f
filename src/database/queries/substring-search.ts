/** A search for texts that contain a term, whatever the case of its letters: the same in the database and in memory. */
export interface SubstringSearch {
  /** A regular expression of PostgreSQL, for the operator `~`, which knows no locale. */
  readonly pattern: string;
  /** The grams that all such texts have (`search_grams`), for the operator `@@`, which uses an index. */
  readonly grams: string;
  matches(text: string): boolean;
}

/**
 * Letters are folded here and not by the database: what its `lower` and `ilike` fold depends on its locale, and
 * differs from JavaScript even for İ and ς.
 */
export function substringSearch(term: string): SubstringSearch {
  const folded = fold(term);
  return {
    pattern: Array.from(folded, patternOf).join(''),
    grams: gramsOf(Array.from(folded)),
    matches: (text) => fold(text).includes(folded),
  };
}

/** Characters of a gram; see `search_grams` in the migrations. */
const GRAM_LENGTH = 3;

/** A `tsquery`. A term that is shorter than a gram is at the beginning of one. */
function gramsOf(characters: readonly string[]): string {
  if (characters.length < GRAM_LENGTH) return `${quoted(characters)}:*`;
  const last = characters.length - GRAM_LENGTH;
  const grams = characters.slice(0, last + 1).map((_, at) => quoted(characters.slice(at, at + GRAM_LENGTH)));
  return [...new Set(grams)].join(' & ');
}

const quoted = (gram: readonly string[]): string => `'${gram.join('').replace(/['\\]/g, '\\$&')}'`;

const ASCII = /^[\0-\x7f]*$/;

function fold(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : Array.from(text, foldCharacter).join('');
}

/**
 * The simple case folding of Unicode, one character for one: Σ, σ and ς are alike, and so are i, İ and ı. A mapping to
 * several characters, such as that of ß to SS, is left out.
 */
function foldCharacter(character: string): string {
  const upper = character.toUpperCase();
  const [folded = character] = (upper.length === character.length ? upper : character).toLowerCase();
  return folded;
}

function patternOf(folded: string): string {
  const variants = variantsByFold().get(folded);
  return variants === undefined ? folded.replace(/[\^$\\.[\](){}*+?|]/, '\\$&') : `[${variants}]`;
}

/** The last character with an upper or a lower case is below it. */
const END_OF_CASED = 0x1_f000;
const SURROGATES = /\p{Surrogate}/u;

let variants: ReadonlyMap<string, string> | undefined;

/** All characters that fold to one, by that one, where there are several. Found once, in some 20 ms. */
function variantsByFold(): ReadonlyMap<string, string> {
  if (variants) return variants;
  const found = new Map<string, string>();
  for (let code = 0; code < END_OF_CASED; code++) {
    const character = String.fromCodePoint(code);
    if (SURROGATES.test(character)) continue;
    const folded = foldCharacter(character);
    if (folded !== character) found.set(folded, (found.get(folded) ?? folded) + character);
  }
  variants = found;
  return variants;
}
