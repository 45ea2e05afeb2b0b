import { describe, expect, it } from 'vitest';
import { layoutLineage, neighbour, type LineageEdge } from '../../src/lib/lineage_layout';

const made = (run: string, version: string): LineageEdge => ({ run, version, kind: 'produced' });
const used = (run: string, version: string): LineageEdge => ({ run, version, kind: 'used' });
const columnOf = (ids: readonly string[], edges: readonly LineageEdge[]): Record<string, number> =>
  Object.fromEntries([...layoutLineage(ids, edges).nodes.values()].map((node) => [node.id, node.column]));

describe('layoutLineage', () => {
  it('goes from what was first to what came of it', () => {
    const edges = [made('prepare', 'data'), used('train', 'data'), made('train', 'model'), used('test', 'model'), used('test', 'data')];
    expect(columnOf(['model', 'test', 'data', 'train', 'prepare'], edges)).toEqual({ prepare: 0, data: 1, train: 2, model: 3, test: 4 });
  });

  it('takes the longest way', () => {
    expect(columnOf(['r', 'v', 'q'], [made('r', 'v'), used('q', 'v')])).toEqual({ r: 0, v: 1, q: 2 });
    expect(columnOf(['a', 'b', 'r', 's'], [used('r', 'a'), used('s', 'a'), made('r', 'b'), used('s', 'b')])).toEqual({ a: 0, r: 1, b: 2, s: 3 });
  });

  it('places a circle, and marks where it closes', () => {
    const layout = layoutLineage(['r', 'v'], [made('r', 'v'), used('r', 'v')]);
    expect(layout.nodes.size).toBe(2);
    expect(layout.edges.filter((edge) => edge.isBack)).toHaveLength(1);
    expect(layout.columns).toEqual([1, 1]);
  });

  it('gives every node a place of its own, whatever the graph', () => {
    let seed = 7;
    const random = (n: number): number => (seed = (seed * 48_271) % 2_147_483_647) % n;
    for (let round = 0; round < 200; round++) {
      const [runs, versions] = [1 + random(6), 1 + random(6)];
      const ids = [...Array.from({ length: runs }, (_, i) => `r${i}`), ...Array.from({ length: versions }, (_, i) => `v${i}`)];
      const edges = Array.from({ length: random(20) }, () => (random(2) === 0 ? made : used)(`r${random(runs)}`, `v${random(versions)}`));
      const layout = layoutLineage(ids, edges);
      // Also to every edge where it passes by a column.
      const spots = [...layout.nodes.values(), ...layout.edges.flatMap((edge) => edge.via)].map((spot) => `${spot.column} ${spot.row}`);
      expect(new Set(spots).size).toBe(spots.length);
      expect(layout.columns.reduce((a, b) => a + b, 0)).toBe(spots.length);
      for (const edge of layout.edges) {
        const [from, to] = [layout.nodes.get(edge.from)!, layout.nodes.get(edge.to)!];
        expect(to.column > from.column).toBe(!edge.isBack);
        expect(edge.via.map((spot) => spot.column)).toEqual(Array.from({ length: Math.max(0, to.column - from.column - 1) }, (_, i) => from.column + 1 + i));
      }
    }
  });

  it('uncrosses what can be', () => {
    const edges = [made('r1', 'v1'), made('r2', 'v2'), used('s1', 'v1'), used('s2', 'v2')];
    const { nodes } = layoutLineage(['r1', 'r2', 'v2', 'v1', 's1', 's2'], edges);
    for (const n of [1, 2]) expect(new Set([`r${n}`, `v${n}`, `s${n}`].map((id) => nodes.get(id)!.row)).size).toBe(1);
  });

  it('leaves out edges to what is not there', () => {
    expect(layoutLineage(['r'], [made('r', 'gone')]).edges).toEqual([]);
    expect(layoutLineage([], []).columns).toEqual([]);
  });

  it('is done with a long chain', () => {
    const ids = Array.from({ length: 1000 }, (_, i) => `${i % 2 === 0 ? 'r' : 'v'}${i}`);
    const edges = ids.slice(1).map((id, i) => (i % 2 === 0 ? made(ids[i]!, id) : used(id, ids[i]!)));
    expect(layoutLineage(ids, edges).columns).toHaveLength(1000);
  });
});

it('arrow keys follow edges and columns', () => {
  const layout = layoutLineage(['r', 'v1', 'v2', 's'], [made('r', 'v1'), made('r', 'v2'), used('s', 'v2')]);
  const [first, second] = ['v1', 'v2'].sort((a, b) => layout.nodes.get(a)!.row - layout.nodes.get(b)!.row) as [string, string];
  expect(neighbour(layout, 'v2', 'right')).toBe('s');
  expect(neighbour(layout, 's', 'left')).toBe('v2');
  expect(neighbour(layout, first, 'down')).toBe(second);
  expect(neighbour(layout, second, 'up')).toBe(first);
  expect(neighbour(layout, first, 'up')).toBeNull();
  expect(neighbour(layout, 'nobody', 'left')).toBeNull();
});
