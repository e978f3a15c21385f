import { requireStorable } from '../database/storable-text.js';
import { DomainError } from '../errors.js';
import type { Received } from './storage.js';
import { parseVersion } from './versions.js';

/** What a publisher says about a package. */
export interface NewRelease {
  readonly version: string;
  readonly channel: string;
  readonly notes: string | null;
  /** The digest that the package must have, hex; null to accept any. */
  readonly sha256: string | null;
}

const CHANNEL = /^[a-z\d][a-z\d._-]{0,31}$/;
const SHA256 = /^[\da-f]{64}$/i;

/** Longest notes and reasons, in UTF-16 units. */
export const LONGEST_TEXT = 10_000;

const invalid = (field: string, message: string) =>
  new DomainError('INVALID_INPUT', `${field} ${message}`, { field });

/** The columns that they fill, valid without the package. @throws DomainError INVALID_INPUT */
export function readNewRelease({ version, channel, notes, sha256 }: NewRelease) {
  const { text, form, order } = parseVersion(version);
  if (sha256 !== null && !SHA256.test(sha256)) throw invalid('sha256', 'must be 64 hex digits.');
  return {
    channel: readChannel(channel),
    version: text,
    versionForm: form,
    versionOrder: order,
    notes: notes === null || notes === '' ? null : readText('notes', notes),
  };
}

/** The columns of a package. @param expected its SHA-256; null to accept any. @throws DomainError INVALID_INPUT */
export function readPackage({ size, sha256 }: Received, expected: string | null) {
  if (size === 0) throw invalid('file', 'must not be empty.');
  if (expected !== null && expected.toLowerCase() !== sha256) {
    throw invalid('sha256', 'does not match the file.');
  }
  return { size, sha256 };
}

/** @throws DomainError INVALID_INPUT for an invalid name of a channel. */
export function readChannel(channel: string): string {
  if (CHANNEL.test(channel)) return channel;
  throw invalid(
    'channel',
    'must be at most 32 lower-case letters, digits, dots, dashes and underscores, and start with a letter or a digit.',
  );
}

/** Why a release is withdrawn. @throws DomainError INVALID_INPUT */
export function readReason(reason: string): string {
  if (reason.trim() === '') throw invalid('reason', 'must not be empty.');
  return readText('reason', reason.trim());
}

function readText(field: string, text: string): string {
  if (text.length > LONGEST_TEXT) throw invalid(field, `must be at most ${LONGEST_TEXT} characters.`);
  requireStorable(field, text);
  return text;
}
