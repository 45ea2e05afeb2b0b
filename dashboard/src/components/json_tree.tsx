// A JSON object as a tree of names and values: folds, can be searched and copied. All text is set as text.
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { Json, JsonObject } from '../api/types';
import { formatJson, formatNumber } from '../lib/format';
import { CopyButton } from './copy';
import { Icon } from './icons';
import './json_tree.css';

type Branch = JsonObject | Json[];
const isBranch = (value: Json): value is Branch =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0 && !isPlainList(value);
// A list of plain values reads better in one line: a command's arguments, a shape.
const kLongestPlainList = 64;
const isPlainList = (value: Json): boolean =>
  Array.isArray(value) && value.length <= kLongestPlainList && value.every((item) => typeof item !== 'object' || item === null);
const kSearchFrom = 10;

export function matchesTree(name: string, value: Json, search: string): boolean {
  if (search === '' || name.toLowerCase().includes(search)) return true;
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).some(([key, child]) => matchesTree(key, child, search));
  }
  return formatJson(value).toLowerCase().includes(search);
}

function Leaf(props: { value: Json }) {
  const kind = () => (props.value === null ? 'null' : typeof props.value);
  const shown = () => {
    if (Array.isArray(props.value) && props.value.length > 0) return props.value.map(formatJson).join(', ');
    return typeof props.value === 'number' ? formatNumber(props.value, 6) : formatJson(props.value);
  };
  return (
    <span class={`json-value json-${kind()}`} title={typeof props.value === 'number' ? String(props.value) : undefined}>
      {props.value === '' ? '""' : shown()}
    </span>
  );
}

function Node(props: { name: string; value: Json; depth: number; search: string }) {
  const [isOpen, setOpen] = createSignal(true);
  const children = createMemo(() =>
    isBranch(props.value) ? Object.entries(props.value).filter(([name, child]) => matchesTree(name, child, props.search)) : []);
  const indent = () => ({ 'padding-left': `${props.depth * 16}px` });
  return (
    <Show when={matchesTree(props.name, props.value, props.search)}>
      <li>
        <Show when={isBranch(props.value)} fallback={
          <div class="json-row"><span class="json-name" style={indent()}>{props.name}</span><Leaf value={props.value} /></div>
        }>
          <button type="button" class="json-row json-branch" aria-expanded={isOpen()} onClick={() => setOpen(!isOpen())}>
            <span class="json-name" style={indent()}><Icon name="chevron" />{props.name}</span>
            <span class="faint">{Object.keys(props.value as Branch).length}</span>
          </button>
          <Show when={isOpen()}>
            <ul>
              <For each={children()}>
                {([name, child]) => <Node name={name} value={child} depth={props.depth + 1} search={props.search} />}
              </For>
            </ul>
          </Show>
        </Show>
      </li>
    </Show>
  );
}

export function JsonTree(props: { title: string; value: JsonObject; empty: string }) {
  const [search, setSearch] = createSignal('');
  const entries = createMemo(() => Object.entries(props.value).sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true })));
  const needle = () => search().toLowerCase();
  return (
    <section class="card json-card" aria-label={props.title}>
      <div class="card-head">
        <h2>{props.title}</h2>
        <span class="faint">{entries().length}</span>
        <Show when={entries().length >= kSearchFrom} fallback={<span class="json-space" />}>
          <div class="search">
            <Icon name="search" />
            <input class="input" type="search" placeholder="Filter" aria-label={`Filter ${props.title}`} value={search()}
              onInput={(event) => setSearch(event.currentTarget.value)} />
          </div>
        </Show>
        <CopyButton text={JSON.stringify(props.value, null, 2)} label={`Copy ${props.title} as JSON`} />
      </div>
      <ul class="json-tree">
        <For each={entries()} fallback={<li class="json-empty muted">{props.empty}</li>}>
          {([name, value]) => <Node name={name} value={value} depth={0} search={needle()} />}
        </For>
      </ul>
    </section>
  );
}
