import { Migration } from '@mikro-orm/migrations';

/**
 * What devices are sorted by. The database computes it, so that nodes of earlier versions keep it, too. While a device
 * is online, `offline_since` does not change: a save of heartbeats touches no index.
 */
export class DeviceOrders20261129 extends Migration {
  override up(): void {
    this.addSql(`
      ${NATURAL_ORDER}
      ${VERSION_ORDER}
      alter table devices
        add column name_order text collate "C" generated always as
          (coalesce('0' || natural_order(coalesce(nullif(display_name, ''), nullif(name, ''), client_id)), '1')) stored,
        add column version_order text collate "C" generated always as (version_order(client_version)) stored,
        add column offline_since timestamptz generated always as
          (case when online then 'infinity'::timestamptz else last_seen_at end) stored;
      create index devices_name_order_id_index on devices (name_order, id);
      create index devices_version_order_id_index on devices (version_order, id);
      create index devices_offline_since_id_index on devices (offline_since, id);
      drop index devices_name_id_index;
      analyze devices;
    `);
  }
}

/** Only so much of a text counts: what an index holds is limited. */
const COUNTED_CHARACTERS = 64;

/** The length in front of a number makes numbers sort by value: 9 becomes 019, and 10 becomes 0210. */
const SORTED_NUMBER = "lpad(length(digits)::text, 2, '0') || digits";

/** Sorts Gate 2 before Gate 10, and ignores the case of ASCII letters. */
const NATURAL_ORDER = `
  create or replace function natural_order(value text) returns text
    language plpgsql immutable strict parallel safe as $$
    declare
      rest text := lower(left(value, ${COUNTED_CHARACTERS}) collate "C");
      sorted text := '';
      digits text;
      start int;
    begin
      loop
        digits := substring(rest from '[0-9]+');
        if digits is null then
          return sorted || rest;
        end if;
        start := strpos(rest, digits);
        sorted := sorted || left(rest, start - 1);
        rest := substr(rest, start + length(digits));
        digits := ltrim(digits, '0');
        sorted := sorted || ${SORTED_NUMBER};
      end loop;
    end
  $$;
`;

/**
 * Sorts devices without a version first, then versions that begin with no number, then the others: 1.9 before 1.10, a
 * pre-release before its release, and 1.9.0 as 1.9. Semantic versions sort as releases do, see
 * `src/releases/versions.ts`.
 */
const VERSION_ORDER = `
  create or replace function version_order(version text) returns text
    language plpgsql immutable parallel safe as $$
    declare
      reported text := btrim(split_part(left(version, ${COUNTED_CHARACTERS}) collate "C", '+', 1), E' \\t\\r\\n');
      numbers text;
      digits text;
      identifier text;
      rest text;
      sorted text := '2';
      counted int;
    begin
      if version is null then
        return '0';
      end if;
      if reported ~ '^[vV][[:space:]]*[0-9]' then
        reported := ltrim(reported, E'vV \\t');
      end if;
      numbers := substring(reported from '^[0-9]+(?:[.][0-9]+)*');
      if numbers is null then
        return '1' || natural_order(reported);
      end if;
      foreach digits in array string_to_array(numbers, '.') loop
        digits := ltrim(digits, '0');
        sorted := sorted || ${SORTED_NUMBER};
        if digits <> '' or counted is null then
          counted := length(sorted);
        end if;
      end loop;
      sorted := left(sorted, counted);
      rest := substr(reported, length(numbers) + 1);
      if left(rest, 1) <> '-' then
        return sorted || '.' || natural_order(rest);
      end if;
      sorted := sorted || '-';
      foreach identifier in array string_to_array(substr(rest, 2), '.') loop
        if identifier ~ '^[0-9]+$' then
          digits := ltrim(identifier, '0');
          identifier := ${SORTED_NUMBER};
          sorted := sorted || '0' || identifier || '!';
        else
          sorted := sorted || '1' || identifier || '!';
        end if;
      end loop;
      return sorted;
    end
  $$;
`;
