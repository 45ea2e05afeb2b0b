/// <reference types="vitest/config" />
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';

// Strict CSP of the server: script-src 'self'; style-src 'self'. So nothing is inlined: no data: assets,
// no preload polyfill, no inline style.
export default defineConfig({
  plugins: [solid()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
  },
  server: {
    proxy: { '/api': { target: process.env.TRACKER_URL ?? 'http://127.0.0.1:8080', ws: true } },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
