/**
 * Phones, checked by form only.
 *
 * A canonical phone is its digits with the country code and no plus (`8613954969056`). It is a key to be stored and
 * compared, and must not be parsed again: `14155551234` is the key of `+1 415 555 1234`, but entered by a user it is
 * the mainland number `+86 141 5555 1234`. The output of `e164` and `displayPhone` can be parsed again.
 */

/** Invisible direction marks, which address books add. */
const marks = /\p{Cf}/gu;

/** ASCII characters as East Asian keyboards type them. */
const fullWidth = /[\uff01-\uff5e]/g;

/** Digits in groups, perhaps with the country code or area code in parentheses. */
const grouped =
  /^(?:\+\s*)?(?:\d+|\(\+?\d{2,5}\)[\s\p{Pd}]*\d+|\d{1,4}\s*\([1-9]\d{1,3}\)[\s\p{Pd}]*\d+)(?:[\s\p{Pd}]+\d+)*$/u;
/** Short groups only: a long number with a decimal point comes from a spreadsheet. */
const dotted = /^(?:\+|\(\d{2,4}\)\s*)?\d{1,4}(?:\.\d{2,4})+$/;

/** Country codes never begin with 0: one 0 is a trunk prefix, two are an international prefix. */
const phoneForm = /^(\+|00)?((?!00)\d{6,15})$/;

/** In China at most 11 digits follow the country code, and no trunk prefix. */
const chinese = /^86[1-9]\d{0,10}$/;
const maxNationalLength = 11;

/**
 * UTF-16 units of a login name that are looked at. NFKC can expand one character to eighteen, so normalising a
 * megabyte would block the process for seconds.
 */
export const MAX_INPUT_LENGTH = 256;

const mainlandMobile = /^1\d{10}$/;
const mainlandKey = /^861\d{10}$/;

/** ITU-T E.164 calling codes: one digit, the listed pairs, or else three digits. */
const callingCodes = /^(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/** The digits of the shortest mobile numbers with their country code (Falkland Islands, Saint Helena). */
const minLengthWithCountry = 8;

/**
 * The canonical form of a number: 6–15 digits after an optional `+` or `00`, in full-width characters too, in groups
 * with spaces, dashes, dots or an area code in parentheses. 11 digits that begin with 1 and have no prefix are a
 * mainland number. Other text is never read as a number: `13911113333.0` and `+86(0)139…` are none.
 *
 * @returns null when the input does not have the form of a phone
 */
export function canonicalPhone(input: string): string | null {
  const { prefix, digits } = parsePhone(input) ?? {};
  if (digits === undefined) return null;
  return prefix === undefined && mainlandMobile.test(digits) ? `86${digits}` : digits;
}

/** The country calling code that a number in any spelling states, such as `+852`; null if it states none. */
export function callingCode(input: string): string | null {
  const { prefix, digits = '' } = parsePhone(input) ?? {};
  if (prefix === undefined) return mainlandMobile.test(digits) || mainlandKey.test(digits) ? '+86' : null;
  return `+${callingCodes.exec(digits)?.[0] ?? ''}`;
}

function parsePhone(input: string): { prefix: string | undefined; digits: string } | null {
  if (input.length > MAX_INPUT_LENGTH) return null;
  const text = input
    .replace(fullWidth, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(marks, '')
    .trim();
  if (!grouped.test(text) && !dotted.test(text)) return null;
  const [, prefix, digits] = phoneForm.exec(text.replace(/[^\d+]/g, '')) ?? [];
  if (digits === undefined) return null;
  const hasCountryCode = prefix !== undefined || digits.length > maxNationalLength;
  if (hasCountryCode && digits.startsWith('86') && !chinese.test(digits)) return null;
  return { prefix, digits };
}

/** A canonical phone for display: 11 digits in mainland China, E.164 abroad, and a short number unchanged. */
export function displayPhone(canonical: string): string {
  if (mainlandKey.test(canonical)) return canonical.slice(2);
  return canReadAsInternational(canonical) ? e164(canonical) : canonical;
}

/** A canonical phone for other people: only its owner can recognise it, e.g. `139****2222`. */
export function maskedPhone(canonical: string): string {
  const phone = displayPhone(canonical);
  const [first, last] = phone.length < 11 ? [0, 2] : [3, 4];
  return phone.slice(0, first) + '*'.repeat(phone.length - first - last) + phone.slice(-last);
}

/** A canonical phone in E.164, e.g. `+8613954969056`. Only one with a country (`hasCountry`) can receive SMS. */
export function e164(canonical: string): string {
  return `+${canonical}`;
}

/**
 * Whether a canonical phone belongs to one of these countries. Short numbers belong to none. In +86 only mobiles do:
 * a number with an extra 0 or a repeated country code may still reach a phone, but would bypass the SMS limits of
 * its real number.
 *
 * @param countries calling codes with the plus, e.g. `+86`; a longer prefix such as `+1876` selects one country
 */
export function hasCountry(canonical: string, countries: readonly string[]): boolean {
  if (!canReadAsInternational(canonical)) return false;
  if (canonical.startsWith('86') && !mainlandKey.test(canonical)) return false;
  return countries.some((country) => e164(canonical).startsWith(country));
}

function canReadAsInternational(canonical: string): boolean {
  if (canonical.startsWith('86')) return chinese.test(canonical) && canonical.length >= minLengthWithCountry;
  return canonical.length >= minLengthWithCountry && !canonical.startsWith('0');
}
