// All panels of a page in their sections. Sections fold; a search hides panels and empty sections.
import { createMemo, For, Show, type JSX } from 'solid-js';
import type { KeyInfo } from '../../api/types';
import { plural } from '../../lib/format';
import { makeSections, type Section } from '../../lib/sections';
import { expressionKey } from '../../state/expression_store';
import { EmptyState } from '../feedback';
import { Icon } from '../icons';
import { FullPanel } from './full_panel';
import { isSystem, type PanelContext } from './model';
import { Panel } from './panel';
import { ChartToolbar } from './toolbar';
import { TooltipLayer } from './tooltip';
import './panel_grid.css';

// A text that is no regular expression is looked for as it stands.
export function keyMatcher(text: string): (key: string) => boolean {
  if (text === '') return () => true;
  try {
    const pattern = new RegExp(text, 'i');
    return (key) => pattern.test(key);
  } catch {
    return (key) => key.toLowerCase().includes(text.toLowerCase());
  }
}

const kExpressions = 'expressions';

// `expressions`: whether those of the view stand first.
export function PanelGrid(props: {
  context: PanelContext;
  keys: readonly KeyInfo[];
  drawn: string;
  empty: string;
  expressions?: 'first' | 'none';
  // Of the page, for the toolbar.
  tools?: JSX.Element;
}) {
  const view = () => props.context.view;
  const sections = createMemo((): Section[] => {
    const matches = keyMatcher(view().keyFilter());
    const made = makeSections(props.keys.filter((key) => matches(key.key)));
    const expressions = props.expressions === 'none' ? [] : view().expressions().filter(matches).map(expressionKey);
    return expressions.length > 0 ? [{ name: kExpressions, keys: expressions }, ...made] : made;
  });
  // Names only: a new point of a known key must not make a panel anew.
  const names = createMemo(() => sections().map((section) => section.name), undefined, {
    equals: (a, b) => a.join('\n') === b.join('\n'),
  });
  const keysOf = (name: string): string[] => sections().find((section) => section.name === name)?.keys ?? [];
  const flat = createMemo(() => sections().flatMap((section) => section.keys.map((key) => ({ key, section: section.name }))));
  const isSystemOnly = () => names().length === 1 && isSystem(names()[0]!);
  const opened = createMemo(() => flat().find((panel) => panel.key === view().opened()));
  const step = (by: 1 | -1): void => {
    const at = flat().findIndex((panel) => panel.key === view().opened());
    const next = flat()[(at + by + flat().length) % flat().length];
    if (next) view().open(next.key);
  };
  return (
    <div class="panel-grid">
      <ChartToolbar context={props.context} axis={isSystemOnly() ? 'system' : 'main'} drawn={props.drawn}>{props.tools}</ChartToolbar>
      <For each={names()} fallback={
        <EmptyState icon="charts" title={view().keyFilter() === '' ? 'No charts yet' : 'No panel matches'}>
          <Show when={view().keyFilter() !== ''} fallback={props.empty}>
            No key contains “{view().keyFilter()}”.{' '}
            <button type="button" class="button" onClick={() => view().setKeyFilter('')}>Clear the search</button>
          </Show>
        </EmptyState>
      }>
        {(name) => (
          <section class="panel-section" aria-label={`${name} charts`}>
            <h2>
              <button type="button" class="section-head" aria-expanded={!view().isClosed(name)} onClick={() => view().toggleClosed(name)}>
                <Icon name="chevron" /><span>{name}</span><span class="faint">{keysOf(name).length}</span>
                <span class="visually-hidden">{plural(keysOf(name).length, 'chart')}</span>
              </button>
            </h2>
            <Show when={!view().isClosed(name)}>
              <div class="panels">
                <For each={keysOf(name)}>{(key) => <Panel context={props.context} keyName={key} section={name} />}</For>
              </div>
            </Show>
          </section>
        )}
      </For>
      <Show when={opened()}>
        {(panel) => <FullPanel context={props.context} keyName={panel().key} section={panel().section} step={step} />}
      </Show>
      <TooltipLayer />
    </div>
  );
}
