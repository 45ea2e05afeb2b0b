// The keys that work on every page, and what they open.
import { createSignal, lazy, onCleanup, onMount, Show, Suspense } from 'solid-js';
import { artifactsPath, comparePath, projectPath, reportsPath, runsPath } from '../lib/route';
import { navigate } from '../state/location';
import { Icon } from './icons';

const CommandPalette = lazy(() => import('../chunks/sheets').then((chunk) => ({ default: chunk.CommandPalette })));
const HelpSheet = lazy(() => import('../chunks/sheets').then((chunk) => ({ default: chunk.HelpSheet })));

const kChordMs = 1200;
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;

export function Shortcuts(props: { project: string | null }) {
  const [open, setOpen] = createSignal<'search' | 'help' | null>(null);
  let before: HTMLElement | null = null;
  let chordAt = -Infinity;
  const show = (what: 'search' | 'help'): void => {
    before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setOpen(what);
  };
  const close = (): void => {
    setOpen(null);
    before?.focus();
  };
  function goTo(key: string): boolean {
    const { project } = props;
    const target = key === 'p' ? '/' : project === null ? undefined : { a: artifactsPath(project), c: projectPath(project), r: runsPath(project), d: comparePath(project), o: reportsPath(project) }[key];
    if (target === undefined) return false;
    navigate(target);
    return true;
  }
  function onKey(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      if (open() === null) show('search');
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || open() !== null || isTyping(event.target)) return;
    const isChord = performance.now() - chordAt < kChordMs;
    chordAt = event.key === 'g' ? performance.now() : -Infinity;
    if (isChord && goTo(event.key)) event.preventDefault();
    else if (event.key === '?') show('help');
    else if (event.key === '/') {
      const field = document.querySelector<HTMLInputElement>('[data-shortcut="query"]') ?? document.querySelector<HTMLInputElement>('main input[type="search"]');
      if (!field) return;
      event.preventDefault();
      field.focus();
    }
  }
  onMount(() => {
    addEventListener('keydown', onKey);
    onCleanup(() => removeEventListener('keydown', onKey));
  });
  return (
    <>
      <button type="button" class="button search-button" title="Search everything (Ctrl K)" onClick={() => show('search')}>
        <Icon name="search" /><span class="search-word">Search</span>
      </button>
      <button type="button" class="icon-button" aria-label="Keys" title="Keys (?)" onClick={() => show('help')}><Icon name="help" /></button>
      <Suspense>
        <Show when={open() === 'search'}><CommandPalette project={props.project} close={close} /></Show>
        <Show when={open() === 'help'}><HelpSheet close={close} /></Show>
      </Suspense>
    </>
  );
}
