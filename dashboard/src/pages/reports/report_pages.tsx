// The reports of a project: all of them, or one.
import { Match, Switch } from 'solid-js';
import type { Place } from '../../lib/route';
import { ReportListPage } from './report_list_page';
import { ReportPage } from './report_page';
import './reports.css';

type ReportPlace = Extract<Place, { page: 'reports' | 'report' }>;

export function ReportPages(props: { place: ReportPlace }) {
  const one = () => (props.place.page === 'report' ? props.place.id : null);
  return (
    <Switch fallback={<ReportListPage project={props.place.project} />}>
      <Match when={one()} keyed>{(id) => <ReportPage project={props.place.project} id={id} />}</Match>
    </Switch>
  );
}
