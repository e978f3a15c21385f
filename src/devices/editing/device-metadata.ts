import { isStorable, NOT_STORABLE } from '../../database/storable-text.js';
import { DomainError } from '../../errors.js';
import { parseChannel } from '../../releases/new-release.js';
import { MAX_CLIENT_TEXT_LENGTH } from '../../sessions/caller.js';
import type { Device } from '../device.entity.js';

export const MAX_NOTES_LENGTH = 2000;
export const MAX_TAGS = 32;
export const MAX_TAG_LENGTH = 64;

/** In seconds. A device that sends one heartbeat a day is no device to watch live. */
export const SHORTEST_INTERVAL = 5;
export const LONGEST_INTERVAL = 43_200;

/** Letters and digits of any script, with a key before the first colon. */
const TAG = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._/-]*(?::[\p{L}\p{M}\p{N}._/-]+)?$/u;

/** What administrators note about a device. */
export type DeviceMetadata = Pick<
  Device,
  'displayName' | 'notes' | 'tags' | 'channel' | 'ownIntervalSeconds'
>;

/** Undefined leaves a field unchanged. */
export type MetadataChanges = {
  readonly [K in keyof DeviceMetadata]?: DeviceMetadata[K] | null | undefined;
};

/**
 * The fields that are not undefined, normalised; null stands for the default.
 * @throws DomainError INVALID_INPUT (the field)
 */
export function readMetadata(changes: MetadataChanges): Partial<DeviceMetadata> {
  const { displayName, notes, tags, channel, ownIntervalSeconds } = changes;
  return {
    ...(displayName === undefined
      ? {}
      : { displayName: readText('displayName', displayName, MAX_CLIENT_TEXT_LENGTH) }),
    ...(notes === undefined ? {} : { notes: readText('notes', notes, MAX_NOTES_LENGTH) }),
    ...(tags === undefined ? {} : { tags: readTags(tags ?? []) }),
    ...(channel === undefined ? {} : { channel: parseChannel(channel ?? 'stable') }),
    ...(ownIntervalSeconds === undefined ? {} : { ownIntervalSeconds: readInterval(ownIntervalSeconds) }),
  };
}

/** Without the differences that people do not mean. */
export const normalizedTag = (text: string): string => text.normalize('NFC').trim().toLowerCase();

export const isTag = (text: string): boolean => text.length <= MAX_TAG_LENGTH && TAG.test(text);

const TAG_FORM = `letters, digits, dots, dashes, slashes and underscores, and of at most ${MAX_TAG_LENGTH} characters.`;

/** One tag, normalised. @throws DomainError INVALID_INPUT */
export function readTag(text: string, field: string): string {
  const tag = normalizedTag(text);
  if (isTag(tag)) return tag;
  throw invalid(
    field,
    `must be a word such as spare, or a key with a value such as site:berlin, of ${TAG_FORM}`,
  );
}

/** Each tag once, sorted. @throws DomainError INVALID_INPUT (tags) */
export function readTags(texts: readonly string[]): string[] {
  const tags = [...new Set(texts.map(normalizedTag))].sort();
  const invalidTag = tags.find((tag) => !isTag(tag));
  if (invalidTag !== undefined) {
    throw invalid(
      'tags',
      `must be words such as spare, or keys with values such as site:berlin, of ${TAG_FORM}`,
    );
  }
  if (tags.length > MAX_TAGS) throw invalid('tags', `must be at most ${MAX_TAGS}.`);
  return tags;
}

function readText(field: string, text: string | null, maxLength: number): string | null {
  const trimmed = text?.trim() ?? '';
  if (!isStorable(trimmed)) throw invalid(field, `${NOT_STORABLE}.`);
  if (trimmed.length > maxLength) throw invalid(field, `must be at most ${maxLength} characters.`);
  return trimmed === '' ? null : trimmed;
}

function readInterval(seconds: number | null): number | null {
  if (seconds === null || (seconds >= SHORTEST_INTERVAL && seconds <= LONGEST_INTERVAL)) return seconds;
  throw invalid('ownIntervalSeconds', `must be from ${SHORTEST_INTERVAL} to ${LONGEST_INTERVAL}.`);
}

const invalid = (field: string, message: string): DomainError =>
  new DomainError('INVALID_INPUT', `${field} ${message}`, { field });
