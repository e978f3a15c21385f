import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLES, libraries } from './bundles.js';

const root = join(import.meta.dirname, '..', '..', '..');

/**
 * Bundles the libraries that most tests load, unless the bundles are those of the installed libraries. What several
 * bundles share is in a file of its own, so that each library exists once.
 */
export async function bundleLibraries() {
  const inputs = [
    join(root, 'package-lock.json'),
    import.meta.filename,
    join(import.meta.dirname, 'bundles.js'),
  ].map((path) => readFileSync(path));
  const current = createHash('sha256').update(Buffer.concat(inputs)).digest('hex');
  if (contentOf(join(BUNDLES, 'stamp')) === current) return;
  // Written to another folder first, for a run of tests that starts meanwhile.
  const dir = `${BUNDLES}-${process.pid}`;
  await write(dir, 'esm', Object.fromEntries(libraries.map((name) => [name, `bundle:${name}`])));
  // CommonJS, as other libraries require it: Jest cannot require a module that it is about to import.
  await write(dir, 'cjs', { graphql: 'graphql' });
  writeFileSync(join(dir, 'stamp'), current);
  rmSync(BUNDLES, { recursive: true, force: true });
  renameSync(dir, BUNDLES);
}

async function write(dir, format, input) {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    // Native code, and what has to exist once but is not in these bundles.
    external: [
      /^@napi-rs\//,
      /^@node-rs\//,
      /^@opentelemetry\//,
      'class-validator',
      ...(input.graphql ? [] : ['graphql']),
      'pg-native',
      'reflect-metadata',
    ],
    plugins: [everyExport],
    logLevel: 'silent',
  });
  await build.write({
    dir,
    format,
    entryFileNames: `[name].${format === 'cjs' ? 'cjs' : 'js'}`,
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: { compress: false, mangle: false, codegen: true },
  });
  await build.close();
}

/** Exports from each bundle what Node finds in the library, which for CommonJS the bundler would not. */
const everyExport = {
  name: 'every-export',
  resolveId: (id) => (id.startsWith('bundle:') ? `\0${id}` : undefined),
  load: {
    filter: { id: /^\0bundle:/ },
    async handler(id) {
      const library = id.slice('\0bundle:'.length);
      const names = Object.keys(await import(library)).filter((name) => name !== 'module.exports');
      return `export { ${names.join(', ')} } from '${library}';`;
    },
  },
};

function contentOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
