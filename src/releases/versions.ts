import { parse } from 'semver';
import { DomainError } from '../errors.js';

/** The same as of the version that a session keeps of its client. */
const MAX_LENGTH = 64;

/** At most 15 digits, so that it is exact as a JSON number. */
const INTEGER = /^(0|[1-9]\d{0,14})$/;

/** How versions are written. A channel has versions of one scheme. */
export enum VersionScheme {
  INTEGER = 'INTEGER',
  SEMVER = 'SEMVER',
}

/** A version that compares with others of its scheme. */
export interface Version {
  readonly text: string;
  readonly scheme: VersionScheme;
  /** Compares byte by byte as the scheme orders versions. Equal for versions of equal precedence. */
  readonly order: string;
}

/**
 * Parses a non-negative integer (`1112343`) or a semantic version (`1.10.0-rc.1`), https://semver.org.
 * @throws DomainError INVALID_INPUT (version) for anything else, leading zeros and a leading `v` included.
 */
export function parseVersion(text: string): Version {
  if (INTEGER.test(text)) return { text, scheme: VersionScheme.INTEGER, order: text.padStart(15, '0') };
  const semver = text.length <= MAX_LENGTH ? parse(text) : null;
  // The library also accepts `v1.2.3` and surrounding spaces, but a version has one text: it is part of a path.
  const build = semver?.build.length ? `+${semver.build.join('.')}` : '';
  if (semver && `${semver.version}${build}` === text) {
    const main = [semver.major, semver.minor, semver.patch].map((n) => String(n).padStart(16, '0')).join('.');
    return { text, scheme: VersionScheme.SEMVER, order: main + suffix(text) };
  }
  const message = 'version must be a whole number or a semantic version such as 1.10.0.';
  throw new DomainError('INVALID_INPUT', message, { field: 'version' });
}

/**
 * Reads a version as devices report it: with a `v` in front, spaces around it, zeros before its numbers, or any build
 * metadata.
 * @returns null for text that does not compare with any version.
 */
export function readReportedVersion(text: string): Version | null {
  const [version = ''] = text.trim().replace(/^v\s*/i, '').split('+');
  try {
    return parseVersion(version.trimEnd().replace(/^[\d.]+/, withoutLeadingZeros));
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

const withoutLeadingZeros = (numbers: string) => numbers.replace(/\b0+(?=\d)/g, '');

/** A release, `~`, sorts after each of its pre-releases. Build metadata, after `+`, does not count. */
function suffix(text: string): string {
  const [release = ''] = text.split('+');
  const dash = release.indexOf('-');
  if (dash < 0) return '~';
  return release
    .slice(dash + 1)
    .split('.')
    .map(identifierOrder)
    .join('');
}

/** Numbers sort by length, then by digits, and before words. `!` sorts before every character of a word. */
const identifierOrder = (identifier: string) =>
  /^\d+$/.test(identifier)
    ? `0${String(identifier.length).padStart(2, '0')}${identifier}!`
    : `1${identifier}!`;
