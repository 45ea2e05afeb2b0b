// What opens over charts and runs when it is asked for, and the writers of their files.
export { chartCsv } from '../charts/export/csv';
export { makeFigure } from '../charts/export/figure';
export { figurePng } from '../charts/export/png';
export { figureSvg } from '../charts/export/svg';
export { RunEditor } from '../components/run_editor';
export { ViewsMenu } from '../pages/project/views_menu';
