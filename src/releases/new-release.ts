import { requireStorable } from '../database/storable-text.js';
import { DomainError } from '../errors.js';
import type { StagedPackage } from './storage.js';
import { parseVersion } from './versions.js';

/** What a publisher declares about a package. */
export interface NewRelease {
  readonly version: string;
  readonly channel: string;
  readonly notes: string | null;
  /** The digest that the package must have, hex; null to accept any. */
  readonly sha256: string | null;
}

const CHANNEL = /^[a-z\d][a-z\d._-]{0,31}$/;
const SHA256 = /^[\da-f]{64}$/i;

/** Of notes and reasons, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 10_000;

const invalid = (field: string, message: string) =>
  new DomainError('INVALID_INPUT', `${field} ${message}`, { field });

/** The columns of a release that do not depend on its package. @throws DomainError INVALID_INPUT */
export function parseNewRelease({ version, channel, notes, sha256 }: NewRelease) {
  const { text, scheme, order } = parseVersion(version);
  if (sha256 !== null && !SHA256.test(sha256)) throw invalid('sha256', 'must be 64 hex digits.');
  return {
    channel: parseChannel(channel),
    version: text,
    versionScheme: scheme,
    versionOrder: order,
    notes: notes === null || notes === '' ? null : parseText('notes', notes),
  };
}

/** @param expected the SHA-256 of the package; null to accept any. @throws DomainError INVALID_INPUT (file, sha256) */
export function requireContent({ size, sha256 }: StagedPackage, expected: string | null): void {
  if (size === 0) throw invalid('file', 'must not be empty.');
  if (expected !== null && expected.toLowerCase() !== sha256) {
    throw invalid('sha256', 'does not match the file.');
  }
}

/** @throws DomainError INVALID_INPUT (channel) */
export function parseChannel(channel: string, field = 'channel'): string {
  if (CHANNEL.test(channel)) return channel;
  throw invalid(
    field,
    'must be at most 32 lower-case letters, digits, dots, dashes and underscores, and start with a letter or a digit.',
  );
}

/** The reason to withdraw a release. @throws DomainError INVALID_INPUT (reason) */
export function parseReason(reason: string): string {
  if (reason.trim() === '') throw invalid('reason', 'must not be empty.');
  return parseText('reason', reason.trim());
}

function parseText(field: string, text: string): string {
  if (text.length > MAX_TEXT_LENGTH) throw invalid(field, `must be at most ${MAX_TEXT_LENGTH} characters.`);
  requireStorable(field, text);
  return text;
}
