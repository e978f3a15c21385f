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

/** A regular expression for texts with a letter of two cases that is not ASCII, which few have. */
const MAY_HAVE_CASE = '[\\u0080-\\u2dff\\ua640-\\uabff\\uff21-\\uff5a\\U00010400-\\U0001ffff]';

/** The letters that are not ASCII and differ from their folded form, and those forms, in the same order. */
function foldedLetters(): [string, string] {
  const letters = Array.from({ length: 0x1_ffff - 0x7f }, (_, index) => index + 0x80)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((letter) => fold(letter) !== letter);
  return [letters.join(''), letters.map(fold).join('')];
}

function fold(letter: string): string {
  const upper = letter.toUpperCase();
  const [folded = letter] = (upper.length === letter.length ? upper : letter).toLowerCase();
  return folded;
}
