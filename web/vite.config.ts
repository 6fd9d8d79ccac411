import { defineConfig } from 'vite';

/** `vite --config web/vite.config.ts` serves the sources, with a running Loadline behind `/v1`. */
const api = process.env['LOADLINE_URL'] ?? 'http://127.0.0.1:4100';

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The page is served under a policy that allows neither `data:` scripts nor inline ones.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2024',
    // `light-dark()` stays as it is.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // `'use client'` in packages means nothing to a page that is all client.
      onLog: (level, log, report) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : report(level, log)),
    },
  },
  server: { proxy: { '/v1': { target: api, changeOrigin: true, headers: { origin: api } } } },
});
