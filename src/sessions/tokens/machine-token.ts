import { hash, randomInt } from 'node:crypto';
import { tokenHash } from './token-signer.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 178 random bits. */
const RANDOM_LENGTH = 30;
const CHECKSUM_LENGTH = 6;

/** The prefix of API keys. */
export const API_KEY = 'ghk_';

/** The prefix of credentials of devices. */
export const DEVICE_CREDENTIAL = 'ghd_';

type Prefix = typeof API_KEY | typeof DEVICE_CREDENTIAL;

const FORM = new RegExp(`^(${API_KEY}|${DEVICE_CREDENTIAL})[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);

/**
 * A new token for a machine: a prefix, by which scanners of leaked secrets know it, 30 random characters, and 6 that are
 * their checksum.
 */
export function newMachineToken(prefix: Prefix): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return prefix + random + checksum(prefix + random);
}

/** Whether a token claims to be one for a machine. No other token has this prefix. */
export const isMachineToken = (token: string): boolean =>
  token.startsWith(API_KEY) || token.startsWith(DEVICE_CREDENTIAL);

/** Whether a token for a machine may exist: false for one with a typing error. */
export const hasValidChecksum = (token: string): boolean =>
  FORM.test(token) && checksum(token.slice(0, -CHECKSUM_LENGTH)) === token.slice(-CHECKSUM_LENGTH);

/**
 * What is stored of a token for a machine. It differs from the hash by which other tokens are found: 0.1.0 ignores what
 * limits machines, and would find their sessions by that hash while it runs beside this version, or after a return to it.
 */
export const machineTokenHash = (token: string): string => `machine ${tokenHash(token)}`;

/** The first 32 bits of SHA-256, in base 62. */
function checksum(text: string): string {
  let rest = Number.parseInt(hash('sha256', text).slice(0, 8), 16);
  let digits = '';
  while (digits.length < CHECKSUM_LENGTH) {
    digits = ALPHABET.charAt(rest % ALPHABET.length) + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}
