// What a version came from and what came of it: runs and versions in columns, left what was first. The same as a table.
import { createMemo, createResource, createSignal, For, Match, onMount, Show, Switch } from 'solid-js';
import { getLineage, type ArtifactVersion, type Lineage } from '../../api/artifacts';
import { messageOf } from '../../api/http';
import { EmptyState, ErrorState, SkeletonRows } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { formatDateTime, plural } from '../../lib/format';
import { layoutLineage, neighbour, type Direction, type PlacedEdge, type Spot } from '../../lib/lineage_layout';
import { runPath, versionPath } from '../../lib/route';
import { held } from '../../state/held';
import { query, setQuery } from '../../state/location';
import { ScrolledTable, sizeText } from './parts';
import './lineage.css';

const kDepths = [1, 2, 4, 8, 16] as const;
const kDepth = 4;
const kNode = { width: 190, height: 46, gapX: 74, gapY: 16 } as const;
const kPad = 12;

interface Node {
  id: string;
  kind: 'run' | 'version';
  label: string;
  note: string;
  href: string;
  title: string;
}

function nodesOf(lineage: Lineage, project: string): Node[] {
  const from = (of: string): string => (of === project ? '' : `${of}/`);
  return [
    ...lineage.versions.map((one): Node => ({
      id: one.id, kind: 'version', label: `${from(one.project)}${one.name}:${one.version}`, note: `${one.type} · ${sizeText(one.sizeBytes)}`,
      href: versionPath(one.project, one.name, one.version, 'lineage'), title: one.aliases.length === 0 ? '' : `aliases: ${one.aliases.join(', ')}`,
    })),
    ...lineage.runs.map((one): Node => ({
      id: one.id, kind: 'run', label: `${from(one.project)}${one.name}`, note: 'run', href: runPath(one.id, 'artifacts'), title: `started ${formatDateTime(one.createdUs)}`,
    })),
  ];
}

export function LineageTab(props: { version: ArtifactVersion }) {
  const depth = () => kDepths.find((one) => String(one) === query('depth')) ?? kDepth;
  const [lineage, { refetch }] = createResource(() => ({ id: props.version.id, depth: depth() }), (one) => getLineage(one.id, one.depth));
  return (
    <div class="lineage">
      <div class="lineage-tools">
        <label class="tool">
          <span class="muted">Steps</span>
          <select class="select" aria-label="Steps from the version" value={String(depth())}
            onChange={(event) => setQuery({ depth: event.currentTarget.value === String(kDepth) ? null : event.currentTarget.value }, 'push')}>
            <For each={kDepths}>{(one) => <option value={one} selected={one === depth()}>{one}</option>}</For>
          </select>
        </label>
        <Show when={held(lineage)?.more}><span class="lineage-more">There is more within these steps; the nearest are shown.</span></Show>
      </div>
      <Switch fallback={<SkeletonRows count={5} kind="row" />}>
        <Match when={lineage.error as unknown}>{(error) => <ErrorState title="The lineage cannot be read" message={messageOf(error())} onRetry={() => void refetch()} />}</Match>
        <Match when={held(lineage)?.edges.length === 0}>
          <EmptyState icon="link" title="Nothing hangs together with it">No run made this version, and none has said that it uses it.</EmptyState>
        </Match>
        <Match when={held(lineage)}>{(one) => <Show when={one()} keyed>{(graph) => <Graph lineage={graph} version={props.version} />}</Show>}</Match>
      </Switch>
    </div>
  );
}

function Graph(props: { lineage: Lineage; version: ArtifactVersion }) {
  let scroller!: HTMLDivElement;
  let field!: HTMLDivElement;
  const nodes = createMemo(() => nodesOf(props.lineage, props.version.project));
  const layout = createMemo(() => layoutLineage(nodes().map((node) => node.id), props.lineage.edges));
  const [active, setActive] = createSignal(props.version.id);
  const spotOf = ({ column, row }: Spot): { x: number; y: number } => {
    const rise = ((layout().rows - layout().columns[column]!) * (kNode.height + kNode.gapY)) / 2;
    return { x: kPad + column * (kNode.width + kNode.gapX), y: kPad + rise + row * (kNode.height + kNode.gapY) };
  };
  const placeOf = (id: string): { x: number; y: number } => spotOf(layout().nodes.get(id)!);
  const width = () => 2 * kPad + layout().columns.length * (kNode.width + kNode.gapX) - kNode.gapX;
  const height = () => 2 * kPad + layout().rows * (kNode.height + kNode.gapY) - kNode.gapY;
  onMount(() => {
    const { x, y } = placeOf(props.version.id);
    scroller.scrollTo(x - (scroller.clientWidth - kNode.width) / 2, y - (scroller.clientHeight - kNode.height) / 2);
  });
  const onKey = (event: KeyboardEvent, id: string): void => {
    const directions: Readonly<Record<string, Direction>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };
    const direction = directions[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    const next = neighbour(layout(), id, direction);
    if (next === null) return;
    setActive(next);
    field.querySelector<HTMLElement>(`[data-node="${next}"]`)?.focus();
  };
  return (
    <>
      <div ref={scroller} class="lineage-scroll">
        <div ref={field} class="lineage-field" role="group" aria-label={`Lineage of ${props.version.name}:${props.version.version}: arrow keys go along it`}
          style={{ width: `${width()}px`, height: `${height()}px` }}>
          <svg width={width()} height={height()} aria-hidden="true">
            <For each={layout().edges}>{(edge) => <EdgePath edge={edge} from={placeOf(edge.from)} to={placeOf(edge.to)} via={edge.via.map(spotOf)} />}</For>
          </svg>
          <For each={nodes()}>
            {(node) => (
              <a class={`lineage-node ${node.kind}`} classList={{ here: node.id === props.version.id }} href={node.href} data-node={node.id} title={`${node.label}${node.title === '' ? '' : `\n${node.title}`}`}
                tabindex={node.id === active() ? 0 : -1} aria-current={node.id === props.version.id ? 'true' : undefined} onFocus={() => setActive(node.id)} onKeyDown={(event) => onKey(event, node.id)}
                style={{ left: `${placeOf(node.id).x}px`, top: `${placeOf(node.id).y}px`, width: `${kNode.width}px`, height: `${kNode.height}px` }}>
                <Icon name={node.kind === 'run' ? 'charts' : 'box'} />
                <span class="lineage-text"><span class="ellipsis">{node.label}</span><span class="faint ellipsis">{node.note}</span></span>
              </a>
            )}
          </For>
        </div>
      </div>
      <p class="lineage-legend faint"><span class="lineage-line" aria-hidden="true" /> made <span class="lineage-line used" aria-hidden="true" /> used · time goes from left to right</p>
      <LineageTable lineage={props.lineage} nodes={nodes()} />
    </>
  );
}

interface Point {
  x: number;
  y: number;
}

// From the right of one node to the left of the other, level where it passes by a column.
function EdgePath(props: { edge: PlacedEdge; from: Point; to: Point; via: readonly Point[] }) {
  const middle = (point: Point): number => point.y + kNode.height / 2;
  const path = (): string => {
    let [x, y] = [props.from.x + kNode.width, middle(props.from)];
    let d = `M${x} ${y}`;
    const curve = (toX: number, toY: number): void => {
      const bend = props.edge.isBack ? kNode.gapX : (toX - x) / 2;
      d += `C${x + bend} ${y} ${toX - bend} ${toY} ${toX} ${toY}`;
      [x, y] = [toX, toY];
    };
    for (const one of props.via) {
      curve(one.x, middle(one));
      x = one.x + kNode.width;
      d += `H${x}`;
    }
    curve(props.to.x, middle(props.to));
    return d;
  };
  const tip = (): string => {
    const y = middle(props.to);
    return `M${props.to.x - 7} ${y - 4}L${props.to.x} ${y}L${props.to.x - 7} ${y + 4}`;
  };
  return <><path class={`lineage-edge ${props.edge.kind}`} d={path()} /><path class="lineage-edge produced" d={tip()} /></>;
}

function LineageTable(props: { lineage: Lineage; nodes: readonly Node[] }) {
  const byId = createMemo(() => new Map(props.nodes.map((node) => [node.id, node])));
  const rows = createMemo(() => props.lineage.edges
    .flatMap((edge) => {
      const [version, run] = [byId().get(edge.version), byId().get(edge.run)];
      return version && run ? [{ version, run, word: edge.kind === 'produced' ? 'made by' : 'used by' }] : [];
    })
    .sort((a, b) => a.version.label.localeCompare(b.version.label, undefined, { numeric: true }) || a.word.localeCompare(b.word)));
  return (
    <details class="lineage-table card">
      <summary>As a table: {plural(rows().length, 'connection')}</summary>
      <ScrolledTable label="Lineage as a table">
        <thead><tr><th scope="col">Version</th><th scope="col">How</th><th scope="col">Run</th></tr></thead>
        <tbody>
          <For each={rows()}>
            {(row) => <tr><td><a class="link" href={row.version.href}>{row.version.label}</a></td><td>{row.word}</td><td><a class="link" href={row.run.href}>{row.run.label}</a></td></tr>}
          </For>
        </tbody>
      </ScrolledTable>
    </details>
  );
}
