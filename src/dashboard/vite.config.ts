import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const root = import.meta.dirname;

/** Each page is a folder with an index.html. */
const pages = ['app', 'explorer'].map((page) => join(root, page, 'index.html'));

/** The types of `assets.ts`. */
const COMPRESSED = /^assets\/.*\.(css|js|svg|ttf)$/;
/** The best quality would take ten times as long, for 8 % less. */
const BROTLI_QUALITY = 9;

/** Writes a brotli and a gzip copy beside each asset. */
const compressAssets: Plugin = {
  name: 'compress-assets',
  async writeBundle({ dir = '' }, bundle) {
    const names = Object.keys(bundle).filter((name) => COMPRESSED.test(name));
    await Promise.all(
      names.map(async (name) => {
        const path = join(dir, name);
        const content = await readFile(path);
        const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
        await writeFile(`${path}.br`, await promisify(brotliCompress)(content, { params }));
        await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
      }),
    );
  },
};

export default defineConfig({
  root,
  publicDir: false,
  plugins: [compressAssets],
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
