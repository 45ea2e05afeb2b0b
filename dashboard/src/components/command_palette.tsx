// Ctrl+K: projects, runs, metrics and pages by name. Runs are asked of the server; nothing is read before it is opened.
import { createEffect, createResource, createSignal, For, on, onCleanup, onMount, Show } from 'solid-js';
import { getKeysOfRuns, listProjects, searchRuns } from '../api/client';
import { rankByName } from '../lib/rank';
import { nameOf } from '../lib/legend';
import { artifactsPath, comparePath, projectPath, reportsPath, runPath, runsPath } from '../lib/route';
import { navigate } from '../state/location';
import './command_palette.css';

interface Entry {
  kind: 'page' | 'project' | 'run' | 'metric';
  label: string;
  note: string;
  target: string;
}

const kMostShown = 14;
const kProjectsAsked = 8;
const kRunsOfProject = 6;
const kRunsForKeys = 8;
const kTypingMs = 120;

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

// The project on the screen first, then those that changed last.
async function runsNamedLike(text: string, projects: readonly string[]): Promise<Entry[]> {
  if (text.length < 2 || text.length > 100) return [];
  const found = await Promise.all(projects.slice(0, kProjectsAsked).map((project) =>
    searchRuns(project, `name ~ /${escapePattern(text)}/i`, kRunsOfProject).catch(() => [])));
  return found.flat().map((run) => ({ kind: 'run', label: nameOf(run), note: `${run.project} · ${run.state}`, target: runPath(run.id) }));
}

async function metricsOf(project: string | null): Promise<Entry[]> {
  if (project === null) return [];
  const runs = await searchRuns(project, '', kRunsForKeys).catch(() => []);
  const keys = await getKeysOfRuns(runs.map((run) => run.id)).catch(() => new Map<string, never>());
  const names = [...new Set([...keys.values()].flat().map((key) => key.key))];
  return names.map((key) => ({ kind: 'metric', label: key, note: `chart in ${project}`, target: `${projectPath(project)}?panel=${encodeURIComponent(key)}` }));
}

function pagesOf(project: string | null): Entry[] {
  const page = (label: string, target: string, note: string): Entry => ({ kind: 'page', label, note, target });
  const own = project === null ? [] : [
    page('Charts', projectPath(project), project), page('Runs', runsPath(project), project), page('Compare', comparePath(project), project),
    page('Reports', reportsPath(project), project), page('Artifacts', artifactsPath(project), project),
  ];
  return [...own, page('All projects', '/', ''), page('Log a run', '/start', '')];
}

export function CommandPalette(props: { project: string | null; close: () => void }) {
  let dialog!: HTMLDialogElement;
  const [text, setText] = createSignal('');
  const [asked, setAsked] = createSignal('');
  const [active, setActive] = createSignal(0);
  const [projects] = createResource(() => listProjects().catch(() => []));
  const [metrics] = createResource(() => metricsOf(props.project));
  const order = (): string[] => [...(props.project === null ? [] : [props.project]), ...(projects() ?? []).map((one) => one.name).filter((name) => name !== props.project)];
  const [runs] = createResource(() => ({ text: asked(), projects: order() }), (what) => runsNamedLike(what.text, what.projects));

  createEffect(on(text, (typed) => {
    setActive(0);
    const timer = setTimeout(() => setAsked(typed.trim()), kTypingMs);
    onCleanup(() => clearTimeout(timer));
  }));
  const entries = (): Entry[] => {
    const known: Entry[] = [
      ...pagesOf(props.project),
      ...(projects() ?? []).map((one): Entry => ({ kind: 'project', label: one.name, note: `${one.runCount} runs`, target: projectPath(one.name) })),
      ...(metrics() ?? []),
    ];
    const found = rankByName(known, text().trim(), (one) => one.label);
    return [...found.slice(0, kMostShown), ...(text().trim() === '' ? [] : (runs.latest ?? []))].slice(0, 2 * kMostShown);
  };
  const go = (entry: Entry | undefined): void => {
    if (!entry) return;
    props.close();
    navigate(entry.target);
  };
  const onKey = (event: KeyboardEvent): void => {
    const n = Math.max(1, entries().length);
    if (event.key === 'ArrowDown') setActive((active() + 1) % n);
    else if (event.key === 'ArrowUp') setActive((active() + n - 1) % n);
    else if (event.key === 'Enter') go(entries()[active()]);
    else return;
    event.preventDefault();
  };
  onMount(() => dialog.showModal());
  return (
    <dialog ref={dialog} class="palette" aria-label="Search everything" onClose={() => props.close()}
      onClick={(event) => { if (event.target === dialog) props.close(); }}>
      <input class="input" type="text" placeholder="Projects, runs, metrics, pages" autofocus spellcheck={false} autocomplete="off"
        role="combobox" aria-label="Search projects, runs, metrics and pages" aria-expanded="true" aria-controls="palette-options"
        aria-activedescendant={entries().length > 0 ? `palette-${active()}` : undefined}
        onInput={(event) => setText(event.currentTarget.value)} onKeyDown={onKey} />
      <ul id="palette-options" role="listbox" aria-label="Found">
        <For each={entries()}>
          {(entry, index) => (
            <li id={`palette-${index()}`} role="option" aria-selected={index() === active()} onMouseMove={() => setActive(index())} onClick={() => go(entry)}>
              <span class="tag">{entry.kind}</span><span class="ellipsis">{entry.label}</span><span class="faint">{entry.note}</span>
            </li>
          )}
        </For>
      </ul>
      <Show when={entries().length === 0}><p class="palette-none muted" role="status">{runs.loading ? 'Looking…' : 'Nothing has this name.'}</p></Show>
    </dialog>
  );
}
