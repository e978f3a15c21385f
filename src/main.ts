import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { unsupportedNodeMessage } from './node-version.js';

const unsupported = unsupportedNodeMessage();
if (unsupported) {
  process.stderr.write(`${unsupported}\n`);
  process.exit(1);
}
const [argument] = process.argv.slice(2);
if (argument !== undefined) {
  process.stderr.write(
    `Unknown argument ${argument}: settings are environment variables (docs/settings.md).\n`,
  );
  process.exit(1);
}
module.enableCompileCache(fileURLToPath(new URL('compile-cache', import.meta.url)));

// Imported after the check: on an older Node the libraries would fail with a less helpful message.
const { serve, textReporter } = await import('./serve.js');
await serve(process.env, textReporter);
// Node would write it at exit, which a crash skips.
module.flushCompileCache();
