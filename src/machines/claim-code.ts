import { randomInt } from 'node:crypto';

/** Without look-alikes: no 0 and O, no 1, I and L, no U and V. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTWXYZ';
const LENGTH = 8;

/** A code to be read from one screen and typed at another: 39 random bits. */
export const newClaimCode = (): string =>
  Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** The code that a person has typed, in any case, with spaces or hyphens. */
export const readClaimCode = (typed: string): string =>
  typed.slice(0, 64).replace(/[\s-]/g, '').toUpperCase();
