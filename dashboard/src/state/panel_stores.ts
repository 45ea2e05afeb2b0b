// The series stores of a page: one for each x axis that a panel has asked for, and one more for exact values of its lines.
import { getOwner, runWithOwner, type Accessor } from 'solid-js';
import type { PointColumns, XMode } from '../api/types';
import type { ChartView } from './chart_view';
import { withExpressions } from './expression_store';
import type { Detail } from './series_form';
import { createSeriesStore, type SeriesStore } from './series_store';
import type { Source } from './series_source';

export interface PanelStores {
  at: (x: XMode, detail?: Detail) => SeriesStore;
  append: (run: string, keys: ReadonlyMap<string, PointColumns>) => void;
  refresh: (run: string) => void;
}

// `known`: the keys that an expression may name without quotes.
export function createPanelStores(runs: Accessor<readonly Source[]>, view: ChartView, known: Accessor<readonly string[]>): PanelStores {
  const owner = getOwner();
  const stores = new Map<string, SeriesStore>();
  const shown = new Map<string, SeriesStore>();
  const under = <T>(make: () => T): T => runWithOwner(owner, make)!;

  function store(x: XMode, detail: Detail): SeriesStore {
    const name = `${detail} ${x}`;
    const held = stores.get(name) ?? under(() =>
      createSeriesStore({ runs, x: () => x, range: view.axis(x).range, smoothing: view.smoothing, detail }));
    stores.set(name, held);
    return held;
  }
  return {
    at: (x, detail = 'picture') => {
      const name = `${detail} ${x}`;
      const held = shown.get(name) ?? under(() => withExpressions(store(x, detail), () => store(x, 'exact'), known));
      shown.set(name, held);
      return held;
    },
    append: (run, keys) => stores.forEach((one) => one.append(run, keys)),
    refresh: (run) => stores.forEach((one) => one.refresh(run)),
  };
}
