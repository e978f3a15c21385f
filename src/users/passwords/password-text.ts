/**
 * UTF-16 units of a password that is normalised. The time grows with the square of a run of combining marks: a
 * megabyte of them would block the process for minutes. No new password is that long.
 */
const MAX_NORMALIZED_LENGTH = 1024;

/** The form that is hashed and measured. It is NFC, so that a password is the same from every keyboard. */
export const normalizePassword = (password: string): string => inForm('NFC', password);

/** In characters of the normal form. */
export const passwordLength = (password: string): number => [...normalizePassword(password)].length;

/** Whether two inputs are the same password. */
export const isSamePassword = (one: string, other: string): boolean =>
  normalizePassword(one) === normalizePassword(other);

/**
 * The forms of a password that a stored hash may be of, the normal one first. Earlier versions and other systems hashed
 * the text as it was sent.
 */
export const passwordForms = (password: string): string[] => [
  ...new Set([normalizePassword(password), password, inForm('NFD', password)]),
];

/**
 * Whether a password is what its user typed. Lone surrogates all become the same bytes, and U+FFFD stands for bytes
 * that another program could not decode: both match passwords that were never typed.
 */
export const isIntact = (password: string): boolean =>
  password.isWellFormed() && !password.includes('\ufffd');

const inForm = (form: 'NFC' | 'NFD', password: string): string =>
  password.length <= MAX_NORMALIZED_LENGTH ? password.normalize(form) : password;
