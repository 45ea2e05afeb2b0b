// The series stores of a page: one for each x axis that a panel has asked for, and one more for exact values of its lines.
import { getOwner, runWithOwner, type Accessor } from 'solid-js';
import type { PointColumns, XMode } from '../api/types';
import type { ChartView } from './chart_view';
import type { Detail } from './series_form';
import { createSeriesStore, type SeriesStore } from './series_store';
import type { Source } from './series_source';

export interface PanelStores {
  at: (x: XMode, detail?: Detail) => SeriesStore;
  append: (run: string, keys: ReadonlyMap<string, PointColumns>) => void;
  refresh: (run: string) => void;
}

export function createPanelStores(runs: Accessor<readonly Source[]>, view: ChartView): PanelStores {
  const owner = getOwner();
  const stores = new Map<string, SeriesStore>();
  return {
    at: (x, detail = 'picture') => {
      const name = `${detail} ${x}`;
      let store = stores.get(name);
      if (!store) {
        store = runWithOwner(owner, () =>
          createSeriesStore({ runs, x: () => x, range: view.axis(x).range, smoothing: view.smoothing, detail }))!;
        stores.set(name, store);
      }
      return store;
    },
    append: (run, keys) => stores.forEach((store) => store.append(run, keys)),
    refresh: (run) => stores.forEach((store) => store.refresh(run)),
  };
}
