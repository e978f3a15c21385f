import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { complaintAboutNode } from './node-version.js';

const complaint = complaintAboutNode();
if (complaint) {
  process.stderr.write(`${complaint}\n`);
  process.exit(1);
}
module.enableCompileCache(fileURLToPath(new URL('compile-cache', import.meta.url)));

// Only now: on an older Node the libraries would fail first, with less to say.
const { inWords, serve } = await import('./serve.js');
await serve(process.env, inWords);
// Node's own time for it is the end of the process, which may be a sudden one.
module.flushCompileCache();
