import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const root = import.meta.dirname;

/** Each page is a folder with an index.html. */
const pages = ['app', 'explorer'].map((page) => join(root, page, 'index.html')).filter(existsSync);

export default defineConfig({
  root,
  publicDir: false,
  // The gateway puts a nonce of its own into every answer; see `door.ts`.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: join(root, '../../dist/dashboard'),
    emptyOutDir: true,
    // The content security policy allows no data: URLs but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    chunkSizeWarningLimit: 4000,
    // Libraries say "use client" for a server that renders; here is none.
    rolldownOptions: { input: pages, checks: { moduleLevelDirective: false } },
  },
});
