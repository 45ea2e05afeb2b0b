// The pages that are pictured: of a server with runs, of one whose only run logged nothing, of one without any, and of one
// that asks for a login. { name, world, path, ready, act?, looks? }: `ready` is a selector of what must stand there, `act` what
// is done before the picture. In all three looks where none are named.

import { savedId } from '../support/saved_documents.mjs';

const hover = (page) => page.locator('[data-key="train/loss"] .u-over').hover({ position: { x: 140, y: 60 } });
const press = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click();
const openViews = async (page) => {
  await page.getByRole('button', { name: /^View/ }).click();
  await page.locator('.views-list, .views-none').waitFor();
};
const openEntry = async (page) => {
  await page.locator('.audit-row').nth(4).click();
  await page.locator('dialog.audit-detail').waitFor();
};
// A panel reads what it shows once it is near the window.
const showMedia = async (page) => {
  await page.locator('[data-media="samples/answer"]').evaluate((panel) => panel.scrollIntoView({ block: 'start' }));
  await page.locator('[data-media="samples/attention"] img').waitFor();
};

export function pagesOf({ full, bare }) {
  const by = (predicate) => full.find(predicate).id;
  const [done, crashed, failed, running] = [
    by((run) => run.tags.includes('baseline')), by((run) => run.state === 'crashed'), by((run) => run.state === 'failed'), by((run) => run.state === 'running'),
  ];
  const long = by((run) => run.project === 'long-context');
  const nothing = bare[0].id;
  const list = '/p/imdb/artifacts';
  const report = `/p/imdb/reports/${savedId('What the learning rate does')}`;
  return [
    ...worldOf('full', [
      ['projects', '/', 'a.project-row'],
      ['start', '/start', '.first-run'],
      ['settings', '/settings', '.settings'],
      ['settings_users', '/settings/users', '.settings-table'],
      ['settings_sharing', '/settings/sharing?project=imdb', '.settings-table'],
      ['settings_teams', '/settings/teams?team=vision', '.team-projects'],
      ['settings_audit', '/settings/audit', '.audit-row'],
      ['settings_audit_entry', '/settings/audit', '.audit-row', { act: openEntry, looks: ['light', 'phone'] }],
      ['settings_audit_no_match', '/settings/audit?until=2020-01-01', 'text=No entry matches', { looks: ['light'] }],
      ['charts', '/p/imdb', '.panel canvas', { act: hover }],
      ['charts_coloured', '/p/sst2-sweep?by=config.learning_rate', '.panel canvas', { looks: ['light', 'phone'] }],
      ['charts_one_panel', '/p/imdb?panel=eval%2Faccuracy', 'dialog.full-panel canvas'],
      ['charts_display', '/p/imdb', '.panel canvas', { act: press('Chart display'), looks: ['light'] }],
      ['runs', '/p/imdb/runs?stats=1', '.run-statistics td'],
      ['runs_selected', '/p/imdb/runs', '.run-link', { looks: ['light', 'dark'], act: async (page) => {
        for (const n of [0, 1, 2]) await page.locator('.runs-row[data-run]').nth(n).getByRole('checkbox').check();
        await page.getByRole('button', { name: 'Tags', exact: true }).click();
      } }],
      ['runs_columns', '/p/imdb/runs', '.run-link', { act: press('Columns'), looks: ['light'] }],
      ['compare', '/p/imdb/compare', '.diff td'],
      ['compare_scatter', '/p/imdb/compare?view=scatter', '.canvas-plot'],
      ['compare_parallel', '/p/imdb/compare?view=parallel', '.canvas-plot'],
      ['compare_importance', '/p/sst2-sweep/compare?view=importance', '.importance'],
      ['views', '/p/imdb', '.panel canvas', { act: openViews }],
      ['views_changed', `/p/imdb?saved=${savedId('Baselines, smoothed')}.1&q=tag%3Abaseline&sm=0.9`, '.panel canvas', { act: openViews, looks: ['light', 'dark'] }],
      ['views_none', '/p/sst2-sweep/runs', '.run-link', { act: openViews, looks: ['light'] }],
      ['reports', '/p/imdb/reports', '.report-row'],
      ['reports_none', '/p/sst2-sweep/reports', '.feedback'],
      ['report', report, '.report .panel canvas'],
      ['report_written', `${report}?edit=1`, '.report.writing .charts-tools'],
      ['report_written_charts', `${report}?edit=1`, '.report.writing .charts-tools', { act: async (page) => {
        await page.locator('.charts-tools').evaluate((tools) => tools.scrollIntoView({ block: 'start' }));
        // Charts are drawn where they can be seen.
        await page.locator('.report.writing .panel canvas').first().waitFor();
      } }],
      ['artifacts', list, '.artifact-table'],
      ['artifact_versions', `${list}/sentiment/versions`, '[data-version]'],
      ['artifact_files', `${list}/sentiment/v2/files?file=plots%2Floss.png`, '.file-preview img'],
      ['artifact_lineage', `${list}/sentiment/v2/lineage`, '.lineage-node'],
      ['artifact_diff', `${list}/sentiment/v2/diff?with=v0`, '.change'],
      ['run_charts', `/runs/${running}?sm=0.8`, '.panel canvas'],
      ['run_zoomed', `/runs/${long}?z=20000~30000`, '.panel canvas', { looks: ['light'] }],
      ['run_not_finite', `/runs/${failed}?log=train%2Fgrad_norm`, '.panel canvas', { looks: ['light'] }],
      ['run_symlog', `/runs/${running}?symlog=train%2Floss&sc=0.1`, '.panel canvas', { looks: ['light'] }],
      ['run_evaluation', `/runs/${done}/media`, '.evaluation table, .confusion'],
      ['run_media', `/runs/${done}/media`, '[data-media]', { act: showMedia }],
      ['run_overview', `/runs/${crashed}/overview`, '.json-tree'],
      ['run_alerts', `/runs/${failed}/overview`, '.run-alerts li'],
      ['run_system', `/runs/${running}/system`, '.panel canvas'],
      ['run_logs', `/runs/${running}/logs?line=90`, '.log-line'],
      ['run_files', `/runs/${done}/files`, '.patch-line'],
      ['run_artifacts', `/runs/${done}/artifacts`, '.artifact-table'],
      ['run_diff', `/runs/${running}/diff?with=${done}`, '.diff td'],
      ['search', '/p/imdb/runs', '.run-link', { act: async (page) => {
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: /Search projects/ }).fill('acc');
        await page.getByRole('option').first().waitFor();
      } }],
      ['keys', '/p/imdb/runs', '.run-link', { act: (page) => page.keyboard.press('?'), looks: ['light', 'dark'] }],
      ['no_such_project', '/p/nobody-has-this', '[data-failure]'],
      ['no_such_run', '/runs/00000000-0000-4000-8000-000000000000', '[data-failure]', { looks: ['light'] }],
      ['no_such_page', '/nowhere', '.feedback', { looks: ['light'] }],
      ['no_such_report', '/p/imdb/reports/00000000-0000-4000-8000-000000000000', '[data-failure]', { looks: ['light'] }],
      ['no_such_artifact', `${list}/none/versions`, '[data-failure]', { looks: ['light'] }],
      ['no_match', '/p/imdb/runs?q=nothing', 'text=No run matches', { looks: ['light'] }],
    ]),
    ...worldOf('bare', [
      ['charts', '/p/bare', 'main .feedback'],
      ['runs', '/p/bare/runs', '.run-link'],
      ['compare', '/p/bare/compare', '.compare'],
      ['compare_scatter', '/p/bare/compare?view=scatter', '.compare', { looks: ['light'] }],
      ['artifacts', '/p/bare/artifacts', '.feedback'],
      ['run_charts', `/runs/${nothing}`, '.feedback'],
      ['run_media', `/runs/${nothing}/media`, '.feedback', { looks: ['light'] }],
      ['run_overview', `/runs/${nothing}/overview`, '.run-header'],
      ['run_system', `/runs/${nothing}/system`, '.feedback', { looks: ['light'] }],
      ['run_logs', `/runs/${nothing}/logs`, '.feedback', { looks: ['light'] }],
      ['run_files', `/runs/${nothing}/files`, '.run-files', { looks: ['light'] }],
      ['run_artifacts', `/runs/${nothing}/artifacts`, '.feedback', { looks: ['light'] }],
      ['run_diff', `/runs/${nothing}/diff`, '.feedback, .diff', { looks: ['light'] }],
    ]),
    ...worldOf('empty', [
      ['projects', '/', '.first-run'],
      ['settings', '/settings', '.settings'],
      ['settings_sharing', '/settings/sharing', '.settings .feedback', { looks: ['light'] }],
      ['settings_teams', '/settings/teams', '.settings .feedback', { looks: ['light', 'phone'] }],
      ['settings_audit', '/settings/audit', '.audit-scroll .feedback', { looks: ['light', 'phone'] }],
    ]),
    ...worldOf('closed', [
      ['login', '/', 'form'],
      ['first_start', '/first-start#token', 'form', { looks: ['light', 'dark'] }],
    ]),
  ];
}

const worldOf = (world, pages) => pages.map(([name, path, ready, more = {}]) => ({ name: `${world}_${name}`, world, path, ready, looks: ['light', 'dark', 'phone'], ...more }));
