// The run's output: one stream at a time, the lines near the window, the end followed while it is looked at.
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show } from 'solid-js';
import { getLogs } from '../../api/client';
import { isAbort, messageOf } from '../../api/http';
import type { LiveEvent, LogStream, Run } from '../../api/types';
import { EmptyState, ErrorState } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { formatCount, plural } from '../../lib/format';
import { scrollTo as scrollToLine, spaceOf, windowAt } from '../../lib/log_scroll';
import { kLinesPerPage, LineStore } from '../../lib/line_store';
import { query, setQuery } from '../../state/location';
import { createLogSearch } from '../../state/log_search';
import { LogLineView } from './log_line';
import { LogSearchBox } from './log_search_box';
import './logs_tab.css';

const kLineHeight = 20;
const kOverscan = 30;
const kEndSlackPx = 24;

export function LogsTab(props: { run: Run; onEvent: (handler: (event: LiveEvent) => void) => () => void }) {
  let scroller!: HTMLDivElement;
  const stream = createMemo((): LogStream => (query('stream') === 'stderr' ? 'stderr' : 'stdout'));
  const showsTimes = () => query('times') === '1';
  const linked = createMemo(() => {
    const line = Number(query('line') ?? NaN) - 1;
    return Number.isSafeInteger(line) && line >= 0 ? line : null;
  });
  const [isFollowing, setFollowing] = createSignal(linked() === null);
  const search = createLogSearch();
  const found = createMemo(() => new Set(search.found()));
  let sought = linked();
  const [state, setState] = createSignal<'loading' | 'ready' | 'error'>('loading');
  const [error, setError] = createSignal('');
  const [revision, setRevision] = createSignal(0);
  const [view, setView] = createSignal({ top: 0, height: 600 });
  let store = new LineStore();
  let pending = new Set<number>();
  let abort = new AbortController();

  function goTo(line: number): void {
    setFollowing(false);
    scroller.scrollTop = scrollToLine(line, scroller.clientHeight, store.total, kLineHeight);
  }
  const choose = (line: number): void => setQuery({ line: String(line + 1) });

  const changed = (): void => {
    setRevision((n) => n + 1);
    // The line of the address, once it is known to be there.
    if (sought !== null && store.total > sought) {
      const line = sought;
      sought = null;
      queueMicrotask(() => goTo(line));
    }
    if (isFollowing()) queueMicrotask(toEnd);
  };
  function toEnd(): void {
    scroller.scrollTop = scroller.scrollHeight;
  }

  async function load(from: number): Promise<void> {
    if (pending.has(from)) return;
    pending.add(from);
    const { signal } = abort;
    const target = store;
    try {
      const page = await getLogs(props.run.id, stream(), from, kLinesPerPage, signal);
      target.total = Math.max(target.total, page.total);
      target.put(page.lines);
      setState('ready');
      changed();
    } catch (failure) {
      if (signal.aborted || isAbort(failure)) return;
      setError(messageOf(failure));
      setState('error');
    } finally {
      pending.delete(from);
    }
  }

  function restart(): void {
    abort.abort();
    abort = new AbortController();
    store = new LineStore();
    pending = new Set();
    setState('loading');
    changed();
    void load(0);
  }

  createEffect(on([stream, () => props.run.id], restart));
  onCleanup(props.onEvent((event) => {
    if (event.type === 'resync') restart();
    if (event.type !== 'logs' || event.stream !== stream()) return;
    store.put(event.lines);
    if (state() === 'loading') setState('ready');
    changed();
  }));
  onCleanup(() => abort.abort());

  const total = () => (revision(), store.total);
  const shown = createMemo(() => {
    return windowAt(view(), total(), kLineHeight, kOverscan);
  });
  createEffect(() => {
    const { from, to } = shown();
    revision();
    if (state() === 'ready') for (const page of store.missingPages(from, to)) void load(page);
  });
  const rows = createMemo(() => {
    revision();
    const { from, to } = shown();
    return Array.from({ length: Math.max(0, to - from) }, (_, i) => store.get(from + i) ?? { line: from + i, timeUs: 0, text: '' });
  });

  onMount(() => {
    const measure = (): void => {
      setView({ top: scroller.scrollTop, height: scroller.clientHeight });
      setFollowing(scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < kEndSlackPx);
    };
    const observer = new ResizeObserver(() => {
      setView({ top: scroller.scrollTop, height: scroller.clientHeight });
      if (isFollowing()) toEnd();
    });
    observer.observe(scroller);
    scroller.addEventListener('scroll', measure, { passive: true });
    onCleanup(() => observer.disconnect());
  });

  return (
    <div class="logs">
      <div class="logs-tools" role="toolbar" aria-label="Logs">
        <div class="segments" role="group" aria-label="Stream">
          <For each={['stdout', 'stderr'] as const}>
            {(name) => (
              <button type="button" aria-pressed={stream() === name}
                onClick={() => setQuery({ stream: name === 'stdout' ? null : name }, 'push')}>{name}</button>
            )}
          </For>
        </div>
        <span class="faint" role="status">{plural(total(), 'line')}</span>
        <span class="json-space" />
        <LogSearchBox search={search} onSearch={(text) => void search.start(text, props.run.id, stream())} onGo={(line) => { choose(line); goTo(line); }} />
        <label class="check">
          <input type="checkbox" checked={showsTimes()} onChange={(event) => setQuery({ times: event.currentTarget.checked ? '1' : null })} />
          Times
        </label>
        <button type="button" class="button" aria-pressed={isFollowing()} onClick={() => { setQuery({ line: null }); setFollowing(true); toEnd(); }}>
          <Icon name="follow" />{isFollowing() ? 'Following' : 'To the end'}
        </button>
      </div>
      <div ref={scroller} class="logs-lines" tabindex="0" role="log" aria-live="off" aria-label={`${stream()} of ${props.run.name}`}>
        <Show when={state() === 'error'}>
          <ErrorState title="The log cannot be read" message={error()} onRetry={restart} />
        </Show>
        <Show when={state() === 'ready' && total() === 0}>
          <EmptyState icon="list" title={`Nothing on ${stream()}`}>
            {props.run.state === 'running' ? 'Lines appear here as they are printed.' : 'The run printed nothing there, or its console was not captured.'}
          </EmptyState>
        </Show>
        <div class="logs-space" style={{ height: `${spaceOf(total(), kLineHeight)}px` }}>
          <div class="logs-window" style={{ transform: `translateY(${shown().top}px)` }}>
            <For each={rows()}>{(line) => <LogLineView line={line} digits={formatCount(total()).length} showsTime={showsTimes()}
              mark={linked() === line.line ? 'linked' : found().has(line.line) ? 'found' : 'none'} onChoose={() => choose(line.line)} />}</For>
          </div>
        </div>
      </div>
    </div>
  );
}
