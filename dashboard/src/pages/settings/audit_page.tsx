// The audit log: who did what, when, to what. The filter is in the address, and the server answers it page by page, as
// far as is looked at.
import { createEffect, createMemo, createSignal, For, Match, on, onCleanup, Show, Switch, untrack, type JSX } from 'solid-js';
import { readAuditLog, type AuditEntry } from '../../api/audit';
import { messageOf } from '../../api/http';
import { EmptyState, ErrorState, SkeletonRows } from '../../components/feedback';
import { VirtualRows } from '../../components/virtual_list';
import { auditCsv, auditQueryOf, isoTime, type AuditFilter } from '../../lib/audit';
import { downloadText } from '../../lib/download';
import { isRefusal } from '../../lib/failure';
import { formatCount } from '../../lib/format';
import { createAuditLog, kMostKept } from '../../state/audit_log';
import { query } from '../../state/location';
import { toast } from '../../state/toasts';
import { AuditDetail } from './audit_detail';
import { AuditRow, kHeads, kNarrowRow, kWideRow } from './audit_row';
import { AuditTools } from './audit_tools';
import './audit_page.css';

// Rows that are wanted beyond those that were scrolled to.
const kAhead = 150;
// Who types has stopped.
const kTypingMs = 250;
const kPhone = '(max-width: 720px)';

function createPhone(): () => boolean {
  const media = matchMedia(kPhone);
  const [is, set] = createSignal(media.matches);
  const changed = (): void => void set(media.matches);
  media.addEventListener('change', changed);
  onCleanup(() => media.removeEventListener('change', changed));
  return is;
}

// `refused`: what those see who are no server admins any more.
export default function AuditLogPage(props: { refused: () => JSX.Element }) {
  let scroller!: HTMLDivElement;
  const isPhone = createPhone();
  const rowHeight = () => (isPhone() ? kNarrowRow : kWideRow);
  const [wanted, setWanted] = createSignal(kAhead);
  const [open, setOpen] = createSignal<AuditEntry | null>(null);
  const [isSaving, setSaving] = createSignal(false);
  const filter = createMemo((): AuditFilter => ({
    who: query('who') ?? '', deed: query('deed') ?? '', about: query('about') ?? '', since: query('since') ?? '', until: query('until') ?? '',
  }), undefined, { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) });
  // What was asked for; what is typed follows it.
  const [asked, setAsked] = createSignal(untrack(filter));
  const log = createAuditLog((read) => !isSaving() && read.length >= wanted(),
    (before, limit, signal) => readAuditLog(auditQueryOf(untrack(asked)), before, limit, signal));
  const found = log.entries;
  const isFiltered = () => Object.values(asked()).some((text) => text !== '');
  // No more will be found.
  const isAll = () => log.state() === 'complete';

  let timer: number | undefined;
  onCleanup(() => window.clearTimeout(timer));
  createEffect(on(filter, (next) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      setSaving(false);
      setWanted(kAhead);
      setAsked(next);
      scroller.scrollTop = 0;
      log.restart();
    }, kTypingMs);
  }, { defer: true }));
  createEffect(() => {
    if (!isSaving() || log.state() === 'reading' || log.state() === 'waiting') return;
    setSaving(false);
    if (log.state() === 'failed') return toast({ text: `Not saved: ${messageOf(log.failure())}`, kind: 'error' });
    if (log.state() === 'stopped') return;
    if (log.state() === 'full') toast({ text: `The file has the newest ${formatCount(kMostKept)} of what was found: narrow the days for older ones` });
    downloadText(`audit-log-${isoTime(Date.now() * 1000).slice(0, 10)}.csv`, auditCsv(found()), 'text/csv');
  });
  const onScroll = (): void => {
    const seen = Math.ceil((scroller.scrollTop + scroller.clientHeight) / rowHeight());
    if (seen + kAhead > wanted()) setWanted(seen + 2 * kAhead);
  };
  // From row to row; the rows beyond the window are there already.
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 'nextElementSibling' : event.key === 'ArrowUp' ? 'previousElementSibling' : null;
    const row = (event.target as Element).closest('.audit-row');
    const next = step === null ? null : row?.[step]?.querySelector('button');
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <Show when={!isRefusal(log.failure())} fallback={props.refused()}>
      <AuditTools log={log} filter={filter()} isFiltered={isFiltered()} isAll={isAll()}
        isSaving={isSaving()} onSave={() => { setSaving(true); log.resume(); }} onStop={() => log.stop()} />
      <div ref={scroller} class="audit-scroll" classList={{ narrow: isPhone() }} role="table" aria-label="Audit log" tabindex="0"
        aria-rowcount={isAll() ? found().length + 1 : -1} onScroll={onScroll} onKeyDown={onKey}>
        <div class="audit-head" role="rowgroup">
          <div class="audit-cells" role="row" aria-rowindex="1"><For each={kHeads}>{(name) => <span role="columnheader">{name}</span>}</For></div>
        </div>
        <Show when={rowHeight()} keyed>
          {(height) => (
            <VirtualRows rows={found()} keyOf={(entry) => String(entry.no)} rowHeight={height} scroller={() => scroller} role="rowgroup">
              {(entry, index) => <AuditRow entry={entry()} index={index()} onOpen={() => setOpen(entry())} />}
            </VirtualRows>
          )}
        </Show>
        <Show when={found().length === 0}>
          <div role="row"><div role="cell">
            <Switch>
              <Match when={log.state() === 'failed'}><ErrorState title="The audit log cannot be read" message={messageOf(log.failure())} onRetry={log.resume} /></Match>
              <Match when={log.state() === 'stopped'}><EmptyState icon="search" title="Stopped">No entry was found so far.</EmptyState></Match>
              <Match when={isAll() && !isFiltered()}><EmptyState icon="list" title="Nothing was done yet">Logins, changes of users, teams, keys and sharing, edits and deletions will stand here.</EmptyState></Match>
              <Match when={isAll()}><EmptyState icon="search" title="No entry matches">In the whole log.</EmptyState></Match>
              <Match when={true}><SkeletonRows count={8} kind="row" /></Match>
            </Switch>
          </div></div>
        </Show>
      </div>
      <Show when={open()}>{(entry) => <AuditDetail entry={entry()} close={() => setOpen(null)} />}</Show>
    </Show>
  );
}
