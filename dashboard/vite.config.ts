/// <reference types="vitest/config" />
import { defineConfig, type Plugin } from 'vite';
import solid from 'vite-plugin-solid';

// Two files of code, asked for at once: what every page needs, and what a project's charts need. The rest (export,
// compare, logs …) is loaded by those who use it. What belongs to neither list and is needed by both would be a file of its
// own, and a request: the build says so (scripts/finish_build.mjs).
const kEntry = new RegExp([
  '/node_modules/solid-js/', 'rolldown/runtime', 'vite/preload',
  '/src/(main|app)\\.',
  '/src/api/(?!alerts|artifacts|audit|documents|media|teams)', '/src/styles/',
  '/src/components/(copy|feedback|icons|shell|shortcuts|state_badge|toasts)',
  '/src/lib/(failure|format|route|run_edit|sections)',
  '/src/pages/(first_run/|projects/|project/project_page|settings/login_page)',
  '/src/state/(clock|live|location|page_head|project|role|run_overlay|session|theme|toasts)',
].join('|'));
const kWorkspace = new RegExp([
  '/node_modules/uplot/',
  '/src/charts/(combine|describe|hover|line_|paint|range|scale|smoothing|ticks|uplot_shell)',
  '/src/components/(panels/|popover|run_editing|virtual_list)',
  '/src/pages/project/(?!project_page|views_menu|add_to_report)',
  '/src/api/(documents|media)',
  '/src/lib/(columns|compare|csv|download|expression|flatten|group_runs|hidden_runs|color_scale|legend|media_panels|media_steps|palette|query_|run_colors|run_filter|saved_view|units)',
  '/src/state/(at_once|chart_view|documents|expression_|held|media_panels|panel_stores|run_deletion|run_editing|run_edits|run_query|run_set|saved_views|series_)',
].join('|'));
const kParts = /\/src\/(components\/(chip_editor|data_table|json_tree|markdown\/markdown_text)|lib\/table_view)/;
// Of two libraries that come as one file each, only a part is used; what follows it there is cut off, and with it goes what
// nothing else names. Of marked: the lexer, not the renderer of HTML. Of uPlot: the charts, not what it offers beside them
// (bars, splines, joins of tables).
const kUsed = [
  { file: /\/node_modules\/marked\/lib\/marked\.esm\.js$/, end: /;var \w+=class\{options;parser;/, exported: /\w+ as Lexer\b/ },
  { file: /\/node_modules\/uplot\/dist\/uPlot\.esm\.js$/, end: /^uPlot\.assign = assign;$/m, exported: /uPlot as default/ },
];
const usedParts: Plugin = {
  name: 'used-parts',
  transform: {
    filter: { id: kUsed.map(({ file }) => file) },
    handler(code, id) {
      const { end, exported } = kUsed.find(({ file }) => file.test(id))!;
      const at = code.search(end);
      const names = exported.exec(code);
      if (at < 0 || !names) throw new Error(`${id} is written otherwise: where does the part that is used end?`);
      return { code: `${code.slice(0, at)};export{${names[0]}};`, map: null };
    },
  },
};

// Strict CSP of the server: script-src 'self'; style-src 'self'. So nothing is inlined: no data: assets,
// no preload polyfill, no inline style.
export default defineConfig({
  plugins: [solid(), usedParts],
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
          groups: [{ name: 'index', test: kEntry }, { name: 'workspace', test: kWorkspace }, { name: 'parts', test: kParts }],
        },
      },
    },
  },
  server: {
    proxy: { '/api': { target: process.env.TRACKER_URL ?? 'http://127.0.0.1:8080', ws: true } },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
