// The tree of lib/markdown.ts as elements: every text of it is set as text, every address was judged there.
import { createMemo, For, Match, Show, Switch, type JSX } from 'solid-js';
import { parseMarkdown, type Align, type MarkdownBlock, type MarkdownInline, type MarkdownItem } from '../../lib/markdown';
import { Icon } from '../icons';

type Kind<Node extends { kind: string }, K extends Node['kind']> = Extract<Node, { kind: K }>;
const blockOf = <K extends MarkdownBlock['kind']>(block: MarkdownBlock, kind: K): Kind<MarkdownBlock, K> | null =>
  block.kind === kind ? (block as Kind<MarkdownBlock, K>) : null;

// No level is left out, whatever was written: who goes from heading to heading by ear would take it for missing.
function levelsOf(blocks: readonly MarkdownBlock[], top: number): Map<MarkdownBlock, number> {
  const levels = new Map<MarkdownBlock, number>();
  let last = top - 1;
  const visit = (some: readonly MarkdownBlock[]): void => some.forEach((block) => {
    if (block.kind === 'heading') {
      last = Math.min(block.depth + top - 1, last + 1, 6);
      levels.set(block, last);
    } else if (block.kind === 'quote') visit(block.children);
    else if (block.kind === 'list') block.items.forEach((item) => visit(item.children));
  });
  visit(blocks);
  return levels;
}

export default function MarkdownTree(props: { text: string; top: number }) {
  const tree = createMemo(() => {
    const blocks = parseMarkdown(props.text);
    return { blocks, levels: levelsOf(blocks, props.top) };
  });
  return <Blocks blocks={tree().blocks} levels={tree().levels} />;
}

function Blocks(props: { blocks: readonly MarkdownBlock[]; levels: ReadonlyMap<MarkdownBlock, number> }): JSX.Element {
  return <For each={props.blocks}>{(block) => <OneBlock block={block} levels={props.levels} />}</For>;
}

// From h2 on: the first level is the page's own.
const kHeadings: readonly ((props: { class: string; children: JSX.Element }) => JSX.Element)[] = [
  (props) => <h2 class={props.class}>{props.children}</h2>,
  (props) => <h3 class={props.class}>{props.children}</h3>,
  (props) => <h4 class={props.class}>{props.children}</h4>,
  (props) => <h5 class={props.class}>{props.children}</h5>,
  (props) => <h6 class={props.class}>{props.children}</h6>,
];

function OneBlock(props: { block: MarkdownBlock; levels: ReadonlyMap<MarkdownBlock, number> }): JSX.Element {
  return (
    <Switch>
      <Match when={blockOf(props.block, 'heading')}>
        {(heading) => kHeadings[(props.levels.get(heading()) ?? 6) - 2]!({ class: `markdown-h${heading().depth}`, children: <Inlines nodes={heading().children} /> })}
      </Match>
      <Match when={blockOf(props.block, 'paragraph')}>{(paragraph) => <p><Inlines nodes={paragraph().children} /></p>}</Match>
      <Match when={blockOf(props.block, 'code')}>{(code) => <pre tabindex="0" role="group" aria-label="Code"><code>{code().text}</code></pre>}</Match>
      <Match when={blockOf(props.block, 'rule')}><hr /></Match>
      <Match when={blockOf(props.block, 'quote')}>{(quote) => <blockquote><Blocks blocks={quote().children} levels={props.levels} /></blockquote>}</Match>
      <Match when={blockOf(props.block, 'list')}>
        {(list) => (
          <Show when={list().start !== null} fallback={<ul><Items items={list().items} levels={props.levels} /></ul>}>
            <ol start={list().start ?? 1}><Items items={list().items} levels={props.levels} /></ol>
          </Show>
        )}
      </Match>
      <Match when={blockOf(props.block, 'table')}>{(table) => <Table table={table()} />}</Match>
    </Switch>
  );
}

function Items(props: { items: readonly MarkdownItem[]; levels: ReadonlyMap<MarkdownBlock, number> }) {
  return (
    <For each={props.items}>
      {(item) => (
        <li classList={{ task: item.checked !== null }}>
          <Show when={item.checked !== null}>
            <span class="markdown-task" classList={{ done: item.checked === true }}>
              <Show when={item.checked}><Icon name="check" /></Show><span class="visually-hidden">{item.checked ? 'done: ' : 'not done: '}</span>
            </span>
          </Show>
          <div><Blocks blocks={item.children} levels={props.levels} /></div>
        </li>
      )}
    </For>
  );
}

function Table(props: { table: Kind<MarkdownBlock, 'table'> }) {
  const side = (index: number): string => `to-${(props.table.align[index] ?? 'left') satisfies Align & string}`;
  return (
    <div class="markdown-table" tabindex="0" role="group" aria-label="Table">
      <table>
        <thead><tr><For each={props.table.head}>{(cell, index) => <th scope="col" class={side(index())}><Inlines nodes={cell} /></th>}</For></tr></thead>
        <tbody>
          <For each={props.table.rows}>
            {(row) => <tr><For each={row}>{(cell, index) => <td class={side(index())}><Inlines nodes={cell} /></td>}</For></tr>}
          </For>
        </tbody>
      </table>
    </div>
  );
}

function Inlines(props: { nodes: readonly MarkdownInline[] }): JSX.Element {
  return <For each={props.nodes}>{(node) => inlineOf(node)}</For>;
}

// A node never changes: another text is another tree.
function inlineOf(node: MarkdownInline): JSX.Element {
  switch (node.kind) {
    case 'text': return node.text;
    case 'code': return <code>{node.text}</code>;
    case 'break': return <br />;
    case 'image': return <img src={node.src} alt={node.alt} loading="lazy" />;
    case 'link': return (
      <Show when={node.isOutside} fallback={<a class="link" href={node.href}><Inlines nodes={node.children} /></a>}>
        <a class="link" href={node.href} target="_blank" rel="noopener noreferrer"><Inlines nodes={node.children} /></a>
      </Show>
    );
    case 'strong': return <strong><Inlines nodes={node.children} /></strong>;
    case 'em': return <em><Inlines nodes={node.children} /></em>;
    case 'del': return <del><Inlines nodes={node.children} /></del>;
  }
}
