// Where the versions and runs of a lineage stand: columns from what was first to what came of it, few crossings within
// them. Pure; the same graph gives the same picture.

export interface LineageEdge {
  run: string;
  version: string;
  kind: 'produced' | 'used';
}

export interface PlacedNode {
  id: string;
  column: number;
  row: number;
}

export interface Spot {
  column: number;
  row: number;
}

export interface PlacedEdge {
  from: string;
  to: string;
  kind: 'produced' | 'used';
  // Free places in the columns between, so that it passes by what stands there.
  via: Spot[];
  // Its end does not stand right of its begin: part of a circle (a run that uses what it made).
  isBack: boolean;
}

export interface LineageLayout {
  nodes: Map<string, PlacedNode>;
  edges: PlacedEdge[];
  // Nodes and edges that pass by, in each column.
  columns: number[];
  // Of the fullest column.
  rows: number;
}

const kSweeps = 4;

// Data flow: a run makes a version, a version is used by a run.
const directed = (edge: LineageEdge): { from: string; to: string } =>
  edge.kind === 'produced' ? { from: edge.run, to: edge.version } : { from: edge.version, to: edge.run };

export function layoutLineage(ids: readonly string[], edges: readonly LineageEdge[]): LineageLayout {
  const known = new Set(ids);
  const flow = edges.filter((edge) => known.has(edge.run) && known.has(edge.version)).map((edge) => ({ ...directed(edge), kind: edge.kind }));
  const column = columnsOf(ids, flow);
  // What passes by a column stands in it as a node of its own.
  const passing = flow.map((edge, index) => {
    const between = Math.max(0, column.get(edge.to)! - column.get(edge.from)! - 1);
    return Array.from({ length: between }, (_, k) => ({ id: `${index}\n${k}`, column: column.get(edge.from)! + 1 + k }));
  });
  for (const one of passing.flat()) column.set(one.id, one.column);
  const chains = flow.flatMap((edge, index) => {
    const chain = [edge.from, ...passing[index]!.map((one) => one.id), edge.to];
    return chain.slice(1).map((to, k) => ({ from: chain[k]!, to }));
  });
  const placed = orderWithin([...ids, ...passing.flat().map((one) => one.id)], chains, column);
  const spots = new Map<string, Spot>(placed.flatMap((members, index) => members.map((id, row) => [id, { column: index, row }] as const)));
  return {
    nodes: new Map(ids.map((id) => [id, { id, ...spots.get(id)! }])),
    edges: flow.map((edge, index) => ({
      ...edge, via: passing[index]!.map((one) => spots.get(one.id)!), isBack: column.get(edge.to)! <= column.get(edge.from)!,
    })),
    columns: placed.map((members) => members.length),
    rows: placed.reduce((most, one) => Math.max(most, one.length), 0),
  };
}

// The longest way to a node from one that nothing leads to; edges that close a circle do not count.
function columnsOf(ids: readonly string[], flow: readonly { from: string; to: string }[]): Map<string, number> {
  const before = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const edge of flow) before.get(edge.to)!.push(edge.from);
  const column = new Map<string, number>();
  const open = new Set<string>();
  for (const start of ids) {
    const stack = [start];
    while (stack.length > 0) {
      const id = stack.at(-1)!;
      if (column.has(id)) {
        stack.pop();
        continue;
      }
      open.add(id);
      const waiting = before.get(id)!.filter((from) => !column.has(from) && !open.has(from));
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      const known = before.get(id)!.flatMap((from) => column.get(from) ?? []);
      column.set(id, known.length === 0 ? 0 : 1 + known.reduce((a, b) => Math.max(a, b)));
      open.delete(id);
      stack.pop();
    }
  }
  return column;
}

// Each node goes near the middle of its neighbours, forth and back.
function orderWithin(ids: readonly string[], flow: readonly { from: string; to: string }[], column: ReadonlyMap<string, number>): string[][] {
  const most = ids.reduce((n, id) => Math.max(n, column.get(id)! + 1), 0);
  const columns: string[][] = Array.from({ length: most }, () => []);
  for (const id of ids) columns[column.get(id)!]!.push(id);
  const near = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const edge of flow) {
    near.get(edge.from)!.push(edge.to);
    near.get(edge.to)!.push(edge.from);
  }
  const place = new Map<string, number>();
  const note = (): void => columns.forEach((one) => one.forEach((id, row) => place.set(id, row - (one.length - 1) / 2)));
  note();
  for (let sweep = 0; sweep < kSweeps; sweep++) {
    for (const one of sweep % 2 === 0 ? columns : columns.toReversed()) {
      const middle = new Map(one.map((id) => {
        const places = near.get(id)!.map((other) => place.get(other)!);
        return [id, places.length === 0 ? place.get(id)! : places.reduce((a, b) => a + b, 0) / places.length];
      }));
      one.sort((a, b) => middle.get(a)! - middle.get(b)!);
      one.forEach((id, row) => place.set(id, row - (one.length - 1) / 2));
    }
    note();
  }
  return columns;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

// Where an arrow key leads: along an edge to the nearest end, or to the neighbour in the column.
export function neighbour(layout: LineageLayout, id: string, direction: Direction): string | null {
  const here = layout.nodes.get(id);
  if (!here) return null;
  const candidates = direction === 'left' || direction === 'right'
    ? layout.edges.flatMap((edge) => (direction === 'right' ? (edge.from === id ? [edge.to] : []) : edge.to === id ? [edge.from] : []))
    : [...layout.nodes.values()].filter((node) => node.column === here.column && Math.sign(node.row - here.row) === (direction === 'down' ? 1 : -1)).map((node) => node.id);
  const distance = (other: string): number => Math.abs(layout.nodes.get(other)!.row - here.row);
  return candidates.toSorted((a, b) => distance(a) - distance(b))[0] ?? null;
}
