// Reports, and the way of a panel into one.
export { AddToReport } from '../pages/project/add_to_report';
export { ReportPages } from '../pages/reports/report_pages';
