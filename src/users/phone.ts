/**
 * Phones and login names, by form alone: nobody is asked whether a number exists.
 *
 * A canonical phone is its digits with the country code and no plus (`8613954969056`). It is a key, to be stored
 * and compared, never to be parsed again: `14155551234` is the key of `+1 415 555 1234`, yet typed by a person it
 * is the mainland number `+86 141 5555 1234`. `e164` and `displayPhone` write it so that it reads back the same.
 */

/** Spaces, dashes, dots, parentheses, and the invisible direction marks that address books paste along. */
const separators = /[\s\p{Pd}\p{Cf}.()]/gu;

/** No country code begins with 0; one 0 is a trunk prefix, two are an international prefix. */
const phoneForm = /^(\+|00)?((?!00)\d{6,15})$/;

/**
 * UTF-16 units. Nobody types more, and to normalise a megabyte of characters that stand for eighteen others each
 * would hold everybody up for seconds.
 */
const LONGEST_TYPED = 256;

const mainlandMobile = /^1\d{10}$/;
const mainlandKey = /^861\d{10}$/;

/** The shortest mobile numbers with their country code (Falkland Islands, Saint Helena) have this many digits. */
const shortestWithCountry = 8;

/**
 * The one key of every spelling of a number: 6–15 digits after an optional `+` or `00`, with separators and
 * full-width characters as people type them; 11 digits beginning with 1 and no prefix are mainland China.
 *
 * @returns the canonical phone, or null when the input is not of phone form
 */
export function canonicalPhone(input: string): string | null {
  if (input.length > LONGEST_TYPED) return null;
  const [, prefix, digits] = phoneForm.exec(input.normalize('NFKC').replace(separators, '')) ?? [];
  if (digits === undefined) return null;
  return prefix === undefined && mainlandMobile.test(digits) ? `86${digits}` : digits;
}

/** The key of a username or a phone in their one namespace: what has phone form is a phone. */
export function canonicalLoginName(input: string): string {
  const typed = input.slice(0, LONGEST_TYPED);
  return canonicalPhone(input) ?? typed.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
}

/** A canonical phone as people of its country write it: 11 mainland digits, `+` and digits abroad, short as it is. */
export function displayPhone(canonical: string): string {
  if (mainlandKey.test(canonical)) return canonical.slice(2);
  return canReadAsInternational(canonical) ? e164(canonical) : canonical;
}

/** A canonical phone as strangers may see it: enough for its owner to know it, e.g. `139****2222`. */
export function maskedPhone(canonical: string): string {
  const phone = displayPhone(canonical);
  const [first, last] = phone.length < 11 ? [0, 2] : [3, 4];
  return phone.slice(0, first) + '*'.repeat(phone.length - first - last) + phone.slice(-last);
}

/** A canonical phone in E.164, e.g. `+8613954969056`. It can receive SMS only where `hasCountry` finds a country. */
export function e164(canonical: string): string {
  return `+${canonical}`;
}

/**
 * Whether a canonical phone belongs to one of these countries; a short number belongs to none, and one of +86 that
 * is no mobile neither: with a 0 or the country code once more in it, an SMS may yet reach somebody, past the
 * limits of the number that they have.
 *
 * @param countries calling codes with the plus, e.g. `+86`; a longer prefix such as `+1876` narrows one down
 */
export function hasCountry(canonical: string, countries: readonly string[]): boolean {
  if (!canReadAsInternational(canonical)) return false;
  if (canonical.startsWith('86') && !mainlandKey.test(canonical)) return false;
  return countries.some((country) => e164(canonical).startsWith(country));
}

function canReadAsInternational(canonical: string): boolean {
  return canonical.length >= shortestWithCountry && !canonical.startsWith('0');
}
