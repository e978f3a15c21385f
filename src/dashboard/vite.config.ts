import { join } from 'node:path';
import { defineConfig } from 'vite';

const root = import.meta.dirname;

/** Each page is a folder with an index.html. */
const pages = ['app', 'explorer'].map((page) => join(root, page, 'index.html'));

export default defineConfig({
  root,
  publicDir: false,
  // `plugin.ts` replaces it with a fresh nonce in each response.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: join(root, '../../dist/dashboard'),
    emptyOutDir: true,
    // The content security policy allows data: URLs for images only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    chunkSizeWarningLimit: 4000,
    // Libraries contain "use client", which only concerns server rendering.
    rolldownOptions: { input: pages, checks: { moduleLevelDirective: false } },
  },
});
