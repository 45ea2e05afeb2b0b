// Runs against each other: the page of a project, and a run's tab.
export { ComparePage } from '../pages/compare/compare_page';
export { DiffTab } from '../pages/run/diff_tab';
