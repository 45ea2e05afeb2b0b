// How to get the first run in here. It watches the server: when a first project appears, it turns into that.
import { createEffect, createSignal, For, Show, type Accessor } from 'solid-js';
import type { Project } from '../../api/types';
import { CodeBlock } from '../../components/copy';
import { Pulse } from '../../components/state_badge';
import { usePageHead } from '../../state/page_head';
import { projectPath } from '../../lib/route';
import { navigate } from '../../state/location';
import { createProjects } from '../../state/projects';
import { makeSnippets } from './snippets';
import './first_run_page.css';

// `known`: the list that the caller already watches; null to watch one here.
export function FirstRunPage(props: { known: Accessor<Project[] | null> | null }) {
  const snippets = makeSnippets(location.origin);
  const [chosen, setChosen] = createSignal(snippets[0]!.id);
  const projects = props.known ?? createProjects().projects;
  const isFirst = props.known !== null;
  usePageHead(() => ({ crumbs: [{ label: isFirst ? 'Projects' : 'Log a run' }], project: null }));

  let before: ReadonlyMap<string, number> | null = null;
  createEffect(() => {
    const list = projects();
    if (!list) return;
    const now = new Map(list.map((project) => [project.name, project.runCount]));
    const fresh = before && list.find((project) => project.runCount > (before?.get(project.name) ?? 0));
    before = now;
    if (fresh) navigate(projectPath(fresh.name));
  });

  const snippet = () => snippets.find((one) => one.id === chosen())!;
  return (
    <div class="first-run">
      <h1>{isFirst ? 'Log your first run' : 'Log a run'}</h1>
      <p class="muted">
        This server stores what your training logs and draws it while it happens. Start one of these; the page follows by itself.
      </p>
      <div class="first-run-card">
        <div class="tabs" role="tablist" aria-label="Ways to log">
          <For each={snippets}>
            {(one) => (
              <button type="button" role="tab" id={`tab-${one.id}`} aria-selected={chosen() === one.id} aria-controls="snippet"
                onClick={() => setChosen(one.id)}>{one.label}</button>
            )}
          </For>
        </div>
        <div id="snippet" class="first-run-body" role="tabpanel" aria-labelledby={`tab-${chosen()}`}>
          <p>{snippet().lead}</p>
          <CodeBlock code={snippet().code} label={`${snippet().label} example`} prompt={snippet().isCommand} />
          <p class="muted">{snippet().after}</p>
        </div>
      </div>
      <p class="listening" role="status"><Pulse />Waiting for data at <code>{location.origin}</code></p>
      <Show when={!isFirst}><p class="muted"><a class="link" href="/">All projects</a></p></Show>
      <p class="faint hint">
        After <code>scripts/build</code> the programs lie in <code>build/release/bin</code>. Without a network nothing is lost: the run
        is kept on disk, and <code>tracker sync</code> delivers it later.
      </p>
    </div>
  );
}
