// The run query: a line of text with completion, its clauses as chips, and what the server says about it at its place.
import { createEffect, createMemo, createSignal, createUniqueId, For, on, onCleanup, Show } from 'solid-js';
import { getFacets } from '../../api/client';
import type { Facet } from '../../api/types';
import { Icon } from '../../components/icons';
import type { ColumnId } from '../../lib/columns';
import { complete, completionsFor } from '../../lib/query_completion';
import { markPlace } from '../../lib/query_place';
import { caretAt, clausesOf, withoutClause } from '../../lib/query_text';
import type { QueryProblem, RunQuery } from '../../state/run_query';
import './run_query_box.css';

// The values of the field at the caret, as the server counts them; asked once for each field.
function createFacet(project: () => string, field: () => string | null): () => Facet | null {
  const [facets, setFacets] = createSignal<ReadonlyMap<string, Facet>>(new Map());
  const abort = new AbortController();
  const asked = new Set<string>();
  onCleanup(() => abort.abort());
  createEffect(on(field, (name) => {
    if (name === null || name === '' || asked.has(name)) return;
    asked.add(name);
    // A field that is not of the language has no values; the query itself says so.
    getFacets(project(), [name], abort.signal).then(
      ([facet]) => { if (facet) setFacets((held) => new Map(held).set(name, facet)); }, () => undefined);
  }));
  return () => facets().get(field() ?? '') ?? null;
}

export function RunQueryBox(props: { project: string; asked: RunQuery; columns: readonly ColumnId[] }) {
  let input!: HTMLInputElement;
  const id = createUniqueId();
  const [place, setPlace] = createSignal(0);
  const [isOpen, setOpen] = createSignal(false);
  const [active, setActive] = createSignal(0);
  const caret = createMemo(() => caretAt(props.asked.text(), Math.min(place(), props.asked.text().length)));
  const facet = createFacet(() => props.project, () => (isOpen() && caret().expects === 'value' ? caret().field : null));
  const options = createMemo(() => (isOpen() ? completionsFor(caret(), props.columns, facet()) : []));
  const clauses = createMemo(() => clausesOf(props.asked.text()));
  createEffect(on(options, () => setActive(0)));

  const moved = (): void => { setPlace(input.selectionStart ?? 0); };
  function choose(index: number): void {
    const option = options()[index];
    if (!option) return;
    const next = complete(props.asked.text(), caret(), option.text);
    props.asked.setText(next.text);
    input.value = next.text;
    input.setSelectionRange(next.caret, next.caret);
    setPlace(next.caret);
  }
  function onKey(event: KeyboardEvent): void {
    const n = options().length;
    if (event.key === 'Escape' && isOpen()) {
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === 'ArrowDown' && !isOpen()) setOpen(true);
    else if (n === 0) return;
    else if (event.key === 'ArrowDown') setActive((active() + 1) % n);
    else if (event.key === 'ArrowUp') setActive((active() + n - 1) % n);
    else if (event.key === 'Enter' || (event.key === 'Tab' && caret().typed !== '')) choose(active());
    else return;
    event.preventDefault();
  }
  return (
    <div class="run-query">
      <div class="query-field">
        <input ref={input} class="input" type="text" spellcheck={false} autocomplete="off" value={props.asked.text()}
          placeholder="Query: loss.min < 0.2 and tag:baseline and created > -7d" data-shortcut="query"
          role="combobox" aria-expanded={options().length > 0} aria-controls={`${id}-options`} aria-autocomplete="list"
          aria-activedescendant={options().length > 0 ? `${id}-option-${active()}` : undefined}
          aria-label="Run query" aria-describedby={`${id}-says`} aria-invalid={props.asked.problem() !== null} aria-busy={props.asked.waiting()}
          onInput={(event) => { props.asked.setText(event.currentTarget.value); setOpen(true); moved(); }}
          onKeyDown={onKey} onKeyUp={moved} onClick={() => { setOpen(true); moved(); }} onBlur={() => setOpen(false)} />
        <ul id={`${id}-options`} role="listbox" aria-label="What may stand here" hidden={options().length === 0}>
          <For each={options()}>
            {(option, index) => (
              <li id={`${id}-option-${index()}`} role="option" aria-selected={index() === active()}
                onMouseDown={(event) => { event.preventDefault(); choose(index()); }}>
                <code>{option.text}</code><span class="faint">{option.note}</span>
              </li>
            )}
          </For>
        </ul>
      </div>
      <Show when={clauses().length > 0}>
        <ul class="query-chips" aria-label="Clauses of the query">
          <For each={clauses()}>
            {(clause, index) => (
              <li class="tag">
                <code>{clause.text}</code>
                <button type="button" aria-label={`Take out ${clause.text}`} onClick={() => props.asked.setText(withoutClause(props.asked.text(), index()))}><Icon name="close" /></button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <div id={`${id}-says`} role="status">
        <Show when={props.asked.problem()}>{(problem) => <Problem problem={problem()} />}</Show>
        <Show when={props.asked.unknown().length > 0}>
          <p class="faint">No run has {props.asked.unknown().join(', ')}.</p>
        </Show>
      </div>
    </div>
  );
}

function Problem(props: { problem: QueryProblem }) {
  const marked = () => markPlace(props.problem.text, props.problem.position ?? 0);
  return (
    <div class="run-query-problem">
      <Show when={props.problem.position !== null}>
        <code>{marked().before}<mark>{marked().at}</mark>{marked().after}</code>
      </Show>
      <p>{props.problem.message}</p>
    </div>
  );
}
