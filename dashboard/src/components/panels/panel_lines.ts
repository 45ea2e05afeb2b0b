// The lines of one key: as they are drawn, and with exact values for whoever reads them (tooltip, table, files).
import { createMemo } from 'solid-js';
import type { GroupSeries, Smoothing } from '../../api/types';
import type { LineValues } from '../../charts/hover';
import type { ChartLine, Reading } from '../../charts/line_chart';
import { lineFromGroup, type GroupBand, type LineData } from '../../charts/line_data';
import { formatSmoothing, smoothRaw } from '../../charts/smoothing';
import { lineStyle } from '../../lib/palette';
import { kFewLines } from '../../state/series_form';
import type { SeriesStore } from '../../state/series_store';
import { theme } from '../../state/theme';
import { axisOf, type PanelContext } from './model';

// Smoothed values of a line: made here of a whole one, else what the server made of all that it has.
function createSmoothing(): (data: LineData, smoothing: Smoothing) => Float64Array | null {
  const made = new WeakMap<LineData, { version: number; how: string; values: Float64Array }>();
  return (data, smoothing) => {
    const needsOrder = smoothing.kind === 'gaussian' || smoothing.kind === 'twema';
    if (!data.isComplete || (needsOrder && !data.rises)) return data.smoothed;
    const how = formatSmoothing(smoothing)!;
    const held = made.get(data);
    if (held?.version === data.version && held.how === how) return held.values;
    const values = smoothRaw(data.x, data.mid, data.n, smoothing);
    made.set(data, { version: data.version, how, values });
    return values;
  };
}

function createBands(): (group: GroupSeries, band: GroupBand) => LineData {
  const made = new WeakMap<GroupSeries, { band: GroupBand; data: LineData }>();
  return (group, band) => {
    const held = made.get(group);
    if (held?.band === band) return held.data;
    const data = lineFromGroup(group, band);
    made.set(group, { band, data });
    return data;
  };
}

export interface PanelLines {
  // Visible runs or groups with data, smoothed if the view says so.
  drawn: () => ChartLine[];
  // What a drawn line is read from.
  reading: Reading;
  // The drawn lines with exact values, as far as they are here.
  exact: () => ChartLine[];
  // The same when all of them are.
  whenExact: () => Promise<ChartLine[]>;
  // The panel can be seen; with a height its values may be rounded. What is returned ends that.
  want: (width: number, height: number | null) => () => void;
  // Somebody reads values. Few lines are exact as they are drawn.
  wantExact: (width: number) => () => void;
}

export function createPanelLines(context: PanelContext, keyName: () => string, section: () => string): PanelLines {
  const smooth = createSmoothing();
  const banded = createBands();
  const store = (detail: 'picture' | 'exact'): SeriesStore => context.stores.at(axisOf(context, section(), keyName()).x, detail);
  const isExactAlready = (): boolean => context.runs().length <= kFewLines;

  // The lines of groups come smoothed from the server.
  function valuesOf(held: LineData): LineValues {
    const smoothing = context.view.smoothing();
    const data = held.group ? banded(held.group, context.view.band()) : held;
    return { data, smoothed: smoothing && !data.group ? smooth(data, smoothing) : null };
  }
  const drawn = createMemo(() => {
    const { lines } = store('picture').panel(keyName())();
    const made = context.runs().flatMap((run): ChartLine[] => {
      const held = lines.get(run.id);
      if (!held || held.n === 0) return [];
      return [{ run: run.id, label: run.label, isPinned: run.isPinned === true, ...valuesOf(held), ...lineStyle(run.color, theme()) }];
    });
    return made.some((line) => line.isPinned) ? [...made.filter((line) => !line.isPinned), ...made.filter((line) => line.isPinned)] : made;
  });
  const reading: Reading = (line) => {
    const held = isExactAlready() ? undefined : store('exact').panel(keyName())().lines.get(line.run);
    return held && held.n > 0 ? valuesOf(held) : line;
  };
  const exact = (): ChartLine[] => drawn().map((line) => ({ ...line, ...reading(line) }));
  return {
    drawn, reading, exact,
    whenExact: async () => {
      if (!isExactAlready()) await store('exact').complete(keyName());
      return exact();
    },
    want: (width, height) => store('picture').want(keyName(), { width, height }),
    wantExact: (width) => (isExactAlready() ? () => undefined : store('exact').want(keyName(), { width, height: null })),
  };
}
