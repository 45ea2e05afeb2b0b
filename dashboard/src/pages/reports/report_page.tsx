// One report: read as it was saved, or written. What is written is kept until it is saved or thrown away.
import { createMemo, createResource, createSignal, Match, Show, Switch } from 'solid-js';
import { getDocument, type StoredDocument } from '../../api/documents';
import { CopyButton } from '../../components/copy';
import { FailureState, SkeletonRows } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { failureOf } from '../../lib/failure';
import { formatAgo, formatDateTime } from '../../lib/format';
import { readReport } from '../../lib/report';
import { projectPath, reportPath, reportsPath } from '../../lib/route';
import { createClock } from '../../state/clock';
import { deleteWithUndo } from '../../state/documents';
import { held } from '../../state/held';
import { navigate, query, setQuery } from '../../state/location';
import { usePageHead } from '../../state/page_head';
import { createRole } from '../../state/role';
import { createDraft, dropDraft, heldDraft } from './draft';
import { ReportBlocks } from './report_blocks';
import { ReportEditor } from './report_editor';

export function ReportPage(props: { project: string; id: string }) {
  const [report, { refetch, mutate }] = createResource(() => ({ project: props.project, id: props.id }), (one) => getDocument(one.project, 'reports', one.id));
  const role = createRole(() => props.project);
  usePageHead(() => ({
    crumbs: [
      { label: 'Projects', href: '/' }, { label: props.project, href: projectPath(props.project) }, { label: 'Reports', href: reportsPath(props.project) },
      { label: held(report)?.name ?? 'Report', href: reportPath(props.project, props.id) },
    ],
    project: props.project,
  }));
  const isWriting = () => query('edit') === '1' && role.mayWrite();
  return (
    <Switch fallback={<div class="page"><SkeletonRows count={6} kind="row" /></div>}>
      <Match when={report.error as unknown}>{(error) => <FailureState failure={failureOf(error(), 'report')} onRetry={() => void refetch()} />}</Match>
      <Match when={held(report)}>
        {(one) => (
          <Switch>
            <Match when={readReport(one().spec).state === 'newer'}>
              <FailureState failure={{ title: one().name, message: 'This report was made by a later dashboard: this one cannot show it.', hint: '', remedy: 'elsewhere' }} />
            </Match>
            <Match when={isWriting()}>
              <ReportEditor project={props.project} report={one()} saved={(now) => mutate(now)} />
            </Match>
            <Match when={!isWriting()}>
              <ReportReader project={props.project} report={one()} mayWrite={role.mayWrite()} />
            </Match>
          </Switch>
        )}
      </Match>
    </Switch>
  );
}

function ReportReader(props: { project: string; report: StoredDocument; mayWrite: boolean }) {
  const now = createClock(30_000);
  const draft = createMemo(() => createDraft(props.report));
  const isBroken = () => readReport(props.report.spec).state === 'broken';
  const [isHeld, setHeld] = createSignal(heldDraft(props.project, props.report.id)?.isChanged() === true);
  const discard = (): void => {
    dropDraft(props.project, props.report.id);
    setHeld(false);
  };
  const remove = (): Promise<void> => deleteWithUndo(props.project, 'reports', props.report, (back) => {
    if (!back) dropDraft(props.project, props.report.id);
    navigate(back ? reportPath(props.project, back.id) : reportsPath(props.project));
  });
  return (
    <article class="page report" aria-labelledby="report-title">
      <header class="report-head">
        <div class="report-title">
          <h1 id="report-title">{props.report.name}</h1>
          <CopyButton text={location.origin + reportPath(props.project, props.report.id)} label="Copy a link to this report" icon="link" />
          <Show when={props.mayWrite}>
            <button type="button" class="icon-button" aria-label="Delete this report" title="Delete" onClick={() => void remove()}><Icon name="trash" /></button>
            <button type="button" class="button" onClick={() => setQuery({ edit: '1' }, 'push')}><Icon name="pencil" />Edit</button>
          </Show>
        </div>
        <p class="faint">
          {props.report.author === '' ? 'Changed' : `By ${props.report.author}, changed`}{' '}
          <span title={formatDateTime(props.report.updatedUs)}>{formatAgo(props.report.updatedUs, now())}</span>
        </p>
      </header>
      <Show when={isHeld() && props.mayWrite}>
        <p class="report-note">
          <span>You have changes of this report that are not saved.</span>
          <button type="button" class="button" onClick={() => setQuery({ edit: '1' }, 'push')}>Continue</button>
          <button type="button" class="button" onClick={discard}>Throw away</button>
        </p>
      </Show>
      <Show when={isBroken()}><p class="report-note" role="alert">What the server keeps of this report is not in the form of a report, so nothing of it can be shown.</p></Show>
      <Show when={draft().blocks().length > 0} fallback={<Show when={!isBroken()}><p class="muted">Nothing is written here yet.</p></Show>}>
        <ReportBlocks project={props.project} draft={draft()} />
      </Show>
    </article>
  );
}
