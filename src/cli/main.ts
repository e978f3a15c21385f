import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { unsupportedNodeMessage } from '../node-version.js';

const complaint = unsupportedNodeMessage();
if (complaint) {
  process.stderr.write(`${complaint}\n`);
  process.exit(1);
}
module.enableCompileCache(fileURLToPath(new URL('compile-cache', import.meta.url)));

// Imported after the check: on an older Node, a library would fail first with an obscure error.
const { run } = await import('./program.js');
process.exitCode = await run(process.argv, process.env);
// Node writes the cache at exit, which a process that is killed never reaches.
module.flushCompileCache();
