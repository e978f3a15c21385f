import { requireStorable } from '../database/storable-text.js';
import { DomainError } from '../errors.js';
import type { Received } from './storage.js';
import { parseVersion } from './versions.js';

/** What a publisher says of a package. */
export interface NewRelease {
  readonly version: string;
  readonly channel: string;
  readonly notes: string | null;
  /** The digest that the publisher knows, hex; null to trust the line. */
  readonly sha256: string | null;
}

const CHANNEL = /^[a-z\d][a-z\d._-]{0,31}$/;
const SHA256 = /^[\da-f]{64}$/i;

/** Of notes and reasons, in UTF-16 units. */
export const LONGEST_TEXT = 10_000;

const invalid = (field: string, message: string) => new DomainError('INVALID_INPUT', message, { field });

/** The columns that they fill. @throws DomainError INVALID_INPUT */
export function readNewRelease({ version, channel, notes, sha256 }: NewRelease, received: Received) {
  const { text, form, order } = parseVersion(version);
  if (received.size === 0) throw invalid('file', 'The file is empty.');
  if (sha256 !== null && !SHA256.test(sha256)) throw invalid('sha256', 'A SHA-256 has 64 hex digits.');
  if (sha256 !== null && sha256.toLowerCase() !== received.sha256) {
    throw invalid('sha256', 'What came in does not have this SHA-256.');
  }
  return {
    channel: readChannel(channel),
    version: text,
    versionForm: form,
    versionOrder: order,
    size: received.size,
    sha256: received.sha256,
    notes: notes === null || notes === '' ? null : readText('notes', notes),
  };
}

/** @throws DomainError INVALID_INPUT for what cannot be a channel's name. */
export function readChannel(channel: string): string {
  if (CHANNEL.test(channel)) return channel;
  throw invalid(
    'channel',
    'A channel has up to 32 lower-case letters, digits, dots, dashes and underscores.',
  );
}

/** Why a release is withdrawn. @throws DomainError INVALID_INPUT */
export function readReason(reason: string): string {
  if (reason.trim() === '') throw invalid('reason', 'A reason is needed.');
  return readText('reason', reason.trim());
}

function readText(field: string, text: string): string {
  if (text.length > LONGEST_TEXT)
    throw invalid(field, `The ${field} have at most ${LONGEST_TEXT} characters.`);
  requireStorable(field, text);
  return text;
}
