// Which lines the charts of a project draw: one a run, or one a group of runs, and what they are called.
import { createMemo, type Accessor } from 'solid-js';
import type { Run } from '../../api/types';
import type { DrawnRun, FieldChoice } from '../../components/panels/model';
import { cellValue, chooseColumns, columnLabel } from '../../lib/columns';
import { formatCount, plural } from '../../lib/format';
import { allButSeed, groupRuns } from '../../lib/group_runs';
import { legendText } from '../../lib/legend';
import { sameColor, type RunColor } from '../../lib/palette';
import type { ChartView } from '../../state/chart_view';
import type { RunSet } from '../../state/run_set';

export interface DrawnLines {
  drawn: Accessor<DrawnRun[]>;
  isGrouped: Accessor<boolean>;
  choices: Accessor<FieldChoice[]>;
  // What runs can be coloured by.
  colorChoices: Accessor<FieldChoice[]>;
  // Running runs whose points are drawn.
  followed: Accessor<string[]>;
  // The line that a run is in, and its colour.
  lineOf: (run: string) => string;
  colorOf: (run: string) => RunColor;
  // What is drawn of what there is.
  told: (total: number) => string;
}

// The server's limits: runs of all groups in one request, and groups.
export const kMostGrouped = 1000;
const kMostGroups = 100;
// Each is a subscription of the live connection.
const kMostFollowed = 200;

const sameLine = (a: DrawnRun, b: DrawnRun): boolean =>
  a.id === b.id && a.label === b.label && sameColor(a.color, b.color) && a.isPinned === b.isPinned && a.members?.join() === b.members?.join();

export function createDrawnLines(set: RunSet, view: ChartView): DrawnLines {
  const isGrouped = (): boolean => view.groupBy().length > 0;
  const grouped = createMemo(() => (isGrouped() ? set.visible().slice(0, kMostGrouped) : []));
  const groups = createMemo(() => groupRuns(grouped(), view.groupBy()).slice(0, kMostGroups));
  const drawn = createMemo((): DrawnRun[] => {
    if (isGrouped()) {
      return groups().map((group, color) => ({
        id: group.id, label: group.label, createdUs: 0, color, members: group.runs.map((run) => run.id),
      }));
    }
    return set.drawn().map((run) => ({
      id: run.id, label: legendText(view.legend(), run), createdUs: run.createdUs, color: set.colorOf(run.id), isPinned: set.isPinned(run.id),
    }));
  }, undefined, { equals: (a, b) => a.length === b.length && a.every((line, i) => sameLine(line, b[i]!)) });
  const lineOfRun = createMemo(() => new Map(drawn().flatMap((line) => (line.members ?? []).map((run) => [run, line] as const))));

  const choices = createMemo((): FieldChoice[] => choicesOf(set.listed()), undefined, {
    equals: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  });
  const colorChoices = createMemo((): FieldChoice[] => colorChoicesOf(set.listed()), undefined, {
    equals: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  });
  const sourceRuns = (): Run[] => (isGrouped() ? grouped() : set.drawn());

  function told(total: number): string {
    const all = set.visible().length;
    if (isGrouped()) {
      const left = groups().reduce((n, group) => n + group.runs.length, 0) < all ? `newest ${formatCount(grouped().length)} of ` : '';
      return `${plural(groups().length, 'group')} of ${left}${plural(all, 'run')}`;
    }
    const shown = drawn().length;
    if (shown < all) return `newest ${formatCount(shown)} of ${plural(all, 'visible run')} drawn`;
    return `${formatCount(shown)} of ${plural(total, 'run')} drawn`;
  }

  return {
    drawn, isGrouped, choices, colorChoices, told,
    followed: createMemo(() => sourceRuns().filter((run) => run.state === 'running').slice(0, kMostFollowed).map((run) => run.id)),
    lineOf: (run) => lineOfRun().get(run)?.id ?? run,
    colorOf: (run) => lineOfRun().get(run)?.color ?? set.colorOf(run),
  };
}

// Parameters that differ, and metrics.
function colorChoicesOf(runs: readonly Run[]): FieldChoice[] {
  if (runs.length < 2) return [];
  const { all, chosen } = chooseColumns(runs);
  const parameters = all.filter((column) => column.startsWith('config.') && new Set(runs.map((run) => JSON.stringify(cellValue(run, column)))).size > 1);
  const fields = [...parameters, 'state', 'group', ...chosen.filter((column) => column.startsWith('summary.'))];
  return fields.map((field) => ({ fields: [field], label: columnLabel(field) }));
}

function choicesOf(runs: readonly Run[]): FieldChoice[] {
  if (runs.length < 2) return [];
  const configKeys = chooseColumns(runs).all.filter((column) => column.startsWith('config.'));
  const varying = configKeys.filter((key) => {
    const groups = groupRuns(runs, [key]);
    return groups.length > 1 && groups.length < runs.length;
  });
  const experiment = allButSeed(runs, configKeys);
  const choice = (field: string): FieldChoice => ({ fields: [field], label: columnLabel(field) });
  return [
    ...(experiment.length > 1 ? [{ fields: experiment, label: `all but seed (${experiment.map(columnLabel).join(', ')})` }] : []),
    ...(runs.some((run) => run.group !== '') ? [choice('group')] : []),
    ...(runs.some((run) => run.tags.length > 0) ? [choice('tag')] : []),
    choice('state'),
    ...varying.map(choice),
  ];
}
