/// <reference types="vitest/config" />
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';

// Few files, each asked for at once: what every page needs beside its entry, and what a project's charts need. The rest
// (export, compare, logs …) is loaded by those who use it.
const kCore = /\/node_modules\/solid-js\/|\/src\/(api\/(?!artifacts|media)|components\/icons)|rolldown\/runtime/;
const kWorkspace = new RegExp([
  '/node_modules/uplot/',
  '/src/charts/(combine|describe|hover|line_|paint|range|smoothing|ticks|uplot_shell)',
  '/src/components/(panels/|popover|virtual_list)',
  '/src/pages/project/(?!project_|workspace_media)',
  '/src/lib/(columns|compare|csv|download|expression|flatten|group_runs|legend|palette|query_|run_filter|units)',
  '/src/state/(chart_view|expression_|panel_stores|run_deletion|run_query|run_set|series_)',
].join('|'));

// Strict CSP of the server: script-src 'self'; style-src 'self'. So nothing is inlined: no data: assets,
// no preload polyfill, no inline style.
export default defineConfig({
  plugins: [solid()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    // One sheet for all pages: it is a few KB, and a page that waits for its own is a page later.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: 'core', test: kCore }, { name: 'workspace', test: kWorkspace }],
        },
      },
    },
  },
  server: {
    proxy: { '/api': { target: process.env.TRACKER_URL ?? 'http://127.0.0.1:8080', ws: true } },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
