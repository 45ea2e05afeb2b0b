// The reports of a project, the one that changed last first.
import { createMemo, createResource, createSignal, For, Match, Show, Switch } from 'solid-js';
import { listDocuments, makeDocument, type DocumentHead } from '../../api/documents';
import { CopyButton } from '../../components/copy';
import { EmptyState, FailureState, SkeletonRows } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { failureOf } from '../../lib/failure';
import { formatAgo, formatCount, formatDateTime } from '../../lib/format';
import { projectPath, reportPath, reportsPath } from '../../lib/route';
import { reportSpec } from '../../lib/report';
import { createClock } from '../../state/clock';
import { attemptDocument, deleteWithUndo } from '../../state/documents';
import { held } from '../../state/held';
import { navigate, query, setQuery } from '../../state/location';
import { usePageHead } from '../../state/page_head';
import { createRole, kViewerReason, type ProjectRole } from '../../state/role';
import { dropDraft } from './draft';

const kFirstName = 'Untitled report';

export function ReportListPage(props: { project: string }) {
  const [reports, { refetch }] = createResource(() => props.project, (project) => listDocuments(project, 'reports'));
  const role = createRole(() => props.project);
  usePageHead(() => ({
    crumbs: [{ label: 'Projects', href: '/' }, { label: props.project, href: projectPath(props.project) }, { label: 'Reports', href: reportsPath(props.project) }],
    project: reports.error === undefined ? props.project : null,
  }));
  return (
    <Switch fallback={<div class="page"><SkeletonRows count={6} kind="row" /></div>}>
      <Match when={reports.error as unknown}>{(error) => <FailureState failure={failureOf(error(), 'project')} onRetry={() => void refetch()} />}</Match>
      <Match when={held(reports)?.length === 0}><NoReports project={props.project} role={role} /></Match>
      <Match when={held(reports)}>{(list) => <ReportList project={props.project} list={list()} role={role} reload={() => void refetch()} />}</Match>
    </Switch>
  );
}

function NewReport(props: { project: string }) {
  const [isBusy, setBusy] = createSignal(false);
  const make = async (): Promise<void> => {
    setBusy(true);
    const made = await attemptDocument('The report was not made', () => makeDocument(props.project, 'reports', { name: kFirstName, spec: reportSpec([]) }));
    setBusy(false);
    if (made) navigate(`${reportPath(props.project, made.id)}?edit=1`);
  };
  return <button type="button" class="button primary" disabled={isBusy()} onClick={() => void make()}><Icon name="plus" />New report</button>;
}

function NoReports(props: { project: string; role: ProjectRole }) {
  return (
    <>
      <h1 class="visually-hidden">Reports of {props.project}</h1>
      <EmptyState icon="report" title={`No reports in ${props.project} yet`}>
        <p>A report is a page of text and charts: what was tried, what came out, and what follows. Its charts stay live.</p>
        <Show when={props.role.mayWrite()}><NewReport project={props.project} /></Show>
        <Show when={props.role.isViewer()}><p>{kViewerReason}</p></Show>
      </EmptyState>
    </>
  );
}

function ReportList(props: { project: string; list: readonly DocumentHead[]; role: ProjectRole; reload: () => void }) {
  const search = () => query('q') ?? '';
  const shown = createMemo(() => props.list.filter((one) => `${one.name}\n${one.author}`.toLowerCase().includes(search().toLowerCase())));
  return (
    <div class="page reports">
      <div class="page-title">
        <h1>Reports</h1>
        <span class="faint" role="status">{shown().length === props.list.length ? formatCount(shown().length) : `${formatCount(shown().length)} of ${formatCount(props.list.length)}`}</span>
        <div class="report-tools">
          <div class="search">
            <Icon name="search" />
            <input class="input" type="search" placeholder="Search" aria-label="Search reports by title or author" value={search()} onInput={(event) => setQuery({ q: event.currentTarget.value })} />
          </div>
          <Show when={props.role.mayWrite()}><NewReport project={props.project} /></Show>
        </div>
      </div>
      <Show when={shown().length > 0} fallback={
        <EmptyState icon="search" title="No report matches"><button type="button" class="button" onClick={() => setQuery({ q: null })}>Show all</button></EmptyState>
      }>
        <ul class="card report-list" aria-label="Reports">
          <For each={shown()}>{(one) => <ReportRow project={props.project} head={one} mayWrite={props.role.mayWrite()} reload={props.reload} />}</For>
        </ul>
      </Show>
    </div>
  );
}

function ReportRow(props: { project: string; head: DocumentHead; mayWrite: boolean; reload: () => void }) {
  const now = createClock(30_000);
  const path = () => reportPath(props.project, props.head.id);
  const remove = (): Promise<void> => deleteWithUndo(props.project, 'reports', props.head, (back) => {
    if (!back) dropDraft(props.project, props.head.id);
    props.reload();
  });
  return (
    <li class="report-row">
      <a href={path()} class="report-name">
        <Icon name="report" />
        <span class="ellipsis" title={props.head.name}>{props.head.name}</span>
      </a>
      <span class="faint report-by ellipsis" title={`Made ${formatDateTime(props.head.createdUs)}`}>{props.head.author}</span>
      <span class="faint nowrap" title={formatDateTime(props.head.updatedUs)}>changed {formatAgo(props.head.updatedUs, now())}</span>
      <CopyButton text={location.origin + path()} label={`Copy a link to ${props.head.name}`} icon="link" />
      <Show when={props.mayWrite}>
        <button type="button" class="icon-button" aria-label={`Delete ${props.head.name}`} title="Delete"
          onClick={() => void remove()}><Icon name="trash" /></button>
      </Show>
    </li>
  );
}
