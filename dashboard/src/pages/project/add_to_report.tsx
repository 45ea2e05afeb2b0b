// A panel of the workspace goes into a report, new or not, as it is looked at now: runs, axes, smoothing, groups.
import { createResource, createSignal, For, Match, onMount, Show, Switch } from 'solid-js';
import { getDocument, kLongestName, listDocuments, makeDocument, writeDocument, type DocumentHead } from '../../api/documents';
import { ApiError, messageOf } from '../../api/http';
import { Icon } from '../../components/icons';
import { formatAgo } from '../../lib/format';
import { blockQuery, kMostBlocks, readReport, reportSpec, withPanel } from '../../lib/report';
import { reportPath } from '../../lib/route';
import { createClock } from '../../state/clock';
import { panelName } from '../../state/expression_store';
import { held } from '../../state/held';
import { navigate } from '../../state/location';
import { toast } from '../../state/toasts';
import './add_to_report.css';

// Somebody else may be writing: then it is read and added again.
const kTries = 3;

// Throws ApiError.
async function addTo(project: string, id: string, key: string, query: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const report = await getDocument(project, 'reports', id);
    const { state, blocks } = readReport(report.spec);
    if (state !== 'read' || blocks.length >= kMostBlocks) throw new Error(state === 'read' ? 'it is full' : 'it cannot be read by this dashboard');
    try {
      await writeDocument(project, 'reports', id, report.revision, { name: report.name, spec: reportSpec(withPanel(blocks, key, query)) });
      return;
    } catch (error) {
      if (attempt === kTries || !(error instanceof ApiError) || error.code !== 'changed_meanwhile') throw error;
    }
  }
}

export function AddToReport(props: { project: string; panel: string; close: () => void }) {
  let dialog!: HTMLDialogElement;
  const now = createClock(30_000);
  const [reports, { refetch }] = createResource(() => props.project, (project) => listDocuments(project, 'reports'));
  const [name, setName] = createSignal('');
  const [isBusy, setBusy] = createSignal(false);
  onMount(() => dialog.showModal());

  async function add(report: DocumentHead | null): Promise<void> {
    const { project, panel } = props;
    const query = blockQuery(location.search);
    setBusy(true);
    try {
      const target = report ?? await makeDocument(project, 'reports', { name: name().trim(), spec: reportSpec(withPanel([], panel, query)) });
      if (report) await addTo(project, report.id, panel, query);
      toast({ text: `${panelName(panel)} was added to ${target.name}`, action: { label: 'Open', run: () => navigate(reportPath(project, target.id)) } });
      props.close();
    } catch (error) {
      toast({ text: `${panelName(panel)} was not added: ${messageOf(error)}`, kind: 'error' });
      setBusy(false);
    }
  }
  return (
    <dialog ref={dialog} class="add-to-report" aria-labelledby="add-to-report-title" onClose={() => props.close()}
      onClick={(event) => { if (event.target === dialog) props.close(); }}>
      <div class="add-head">
        <h2 id="add-to-report-title" class="ellipsis">Add {panelName(props.panel)} to a report</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={() => props.close()}><Icon name="close" /></button>
      </div>
      <form onSubmit={(event) => { event.preventDefault(); if (name().trim() !== '') void add(null); }}>
        <input class="input" type="text" aria-label="Title of the new report" placeholder="Title of a new report" maxlength={kLongestName} autocomplete="off" autofocus
          onInput={(event) => setName(event.currentTarget.value)} />
        <button type="submit" class="button primary" disabled={name().trim() === '' || isBusy()}>New report</button>
      </form>
      <Switch fallback={<p class="muted" role="status">Reading the reports…</p>}>
        <Match when={reports.error as unknown}>{(error) => <p role="alert">{messageOf(error())} <button type="button" class="button" onClick={() => void refetch()}>Try again</button></p>}</Match>
        <Match when={held(reports)}>
          {(list) => (
            <Show when={list().length > 0}>
              <ul aria-label="Reports">
                <For each={list()}>
                  {(one) => (
                    <li>
                      <button type="button" class="menu-item" disabled={isBusy()} onClick={() => void add(one)}>
                        <Icon name="report" /><span class="ellipsis">{one.name}</span><span class="faint">{formatAgo(one.updatedUs, now())}</span>
                      </button>
                    </li>
                  )}
                </For>
              </ul>
            </Show>
          )}
        </Match>
      </Switch>
    </dialog>
  );
}
