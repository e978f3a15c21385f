import { Migration } from '@mikro-orm/migrations';

/**
 * Indexes for searches by a part of a text, as in `substring-search.ts`. They hold the three characters from each place
 * of a text on, or fewer at its end: a text that contains a term of three or more characters has all that are within the
 * term, and one that contains a shorter term has one that begins with it.
 */
export class SearchGrams20261128 extends Migration {
  override up(): void {
    const [letters, folded] = foldedLetters();
    // Immutable: it depends on no locale. Its cost keeps it from being computed for each row of a table.
    this.addSql(`
      create or replace function search_grams(variadic texts text[]) returns tsvector
        language plpgsql immutable parallel restricted cost 1000 as $$
        declare
          folded text;
          grams text[] := '{}';
        begin
          foreach folded in array texts loop
            folded := lower(folded collate "C");
            if folded ~ '${MAY_HAVE_CASE}' then
              folded := translate(folded, '${letters}', '${folded}');
            end if;
            for place in 1..coalesce(length(folded), 0) loop
              grams := grams || substr(folded, place, 3);
            end loop;
          end loop;
          return array_to_tsvector(grams);
        end
      $$;
    `);
    // Entries wait in a list, which is merged when it is full: new and changed devices cost half as much.
    this.addSql(`
      create index users_search_index on users using gin (search_grams(username, phone, name, nickname, email));
      create index devices_search_index on devices using gin (search_grams(name, client_id))
        with (gin_pending_list_limit = 1024);
      analyze users, devices;
    `);
  }
}

/** The code points of letters with two cases, and others between them. Above ASCII, which `lower` folds. */
const CASED: readonly (readonly [number, number])[] = [
  [0x80, 0x2dff],
  [0xa640, 0xabff],
  [0xff21, 0xff5a],
  [0x1_0400, 0x1_0dff],
  [0x1_18a0, 0x1_18df],
  [0x1_6e40, 0x1_6eff],
  [0x1_e900, 0x1_e95f],
];

/** A regular expression for texts with such letters, which few have. */
const MAY_HAVE_CASE = `[${CASED.map((range) => range.map(escaped).join('-')).join('')}]`;

function escaped(code: number): string {
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** The letters that differ from their folded form, and those forms, in the same order. */
function foldedLetters(): [string, string] {
  const letters = CASED.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index)),
  ).filter((letter) => fold(letter) !== letter);
  return [letters.join(''), letters.map(fold).join('')];
}

function fold(letter: string): string {
  const upper = letter.toUpperCase();
  const [folded = letter] = (upper.length === letter.length ? upper : letter).toLowerCase();
  return folded;
}
