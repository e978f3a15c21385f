import { parse } from 'semver';
import { DomainError } from '../errors.js';

/** Longest version text: as much as a session keeps of what a client reports. */
const LONGEST = 64;

/** 15 digits: every such integer is exact as a JSON number. */
const INTEGER = /^(0|[1-9]\d{0,14})$/;

/** A channel holds versions of one form. */
export enum VersionForm {
  INTEGER = 'INTEGER',
  SEMVER = 'SEMVER',
}

/** A version that can be ordered. */
export interface Version {
  readonly text: string;
  readonly form: VersionForm;
  /** Sorts as the form's rules say when compared byte by byte; equal for versions of equal precedence. */
  readonly order: string;
}

/**
 * Reads a non-negative integer (`1112343`) or a semantic version (`1.10.0-rc.1`), https://semver.org.
 * @throws DomainError INVALID_INPUT for anything else, leading zeros and a leading `v` included.
 */
export function parseVersion(text: string): Version {
  if (INTEGER.test(text)) return { text, form: VersionForm.INTEGER, order: text.padStart(15, '0') };
  const semver = text.length <= LONGEST ? parse(text) : null;
  // The library also takes `v1.2.3` and spaces around: two texts of one version would be two names.
  const build = semver?.build.length ? `+${semver.build.join('.')}` : '';
  if (semver && `${semver.version}${build}` === text) {
    const main = [semver.major, semver.minor, semver.patch].map((n) => String(n).padStart(16, '0')).join('.');
    return { text, form: VersionForm.SEMVER, order: main + suffix(text) };
  }
  throw new DomainError(
    'INVALID_INPUT',
    'A version is a whole number or a semantic version such as 1.10.0.',
    {
      field: 'version',
    },
  );
}

/** `~` sorts behind every pre-release; build metadata (behind `+`) does not count. */
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

/** Numbers sort by length, then digits, and before words; `!` sorts before all that a word can go on with. */
const identifierOrder = (identifier: string) =>
  /^\d+$/.test(identifier)
    ? `0${String(identifier.length).padStart(2, '0')}${identifier}!`
    : `1${identifier}!`;
