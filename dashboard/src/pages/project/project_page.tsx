// A project. In the first files that a browser loads: its runs and keys are asked for while the code of what shows them
// is still on its way.
import { createMemo, lazy } from 'solid-js';
import { createRunKeys, kNewestRuns } from '../../state/project_keys';
import { createProjectRuns } from '../../state/project_runs';

const ProjectViews = lazy(() => import('./project_views'));

export function ProjectPage(props: { project: string; view: 'workspace' | 'runs' | 'compare' }) {
  const loaded = createProjectRuns(() => props.project);
  const newest = createMemo(() => loaded.runs().slice(0, kNewestRuns).map((run) => run.id), undefined, {
    equals: (a, b) => a.join() === b.join(),
  });
  const keys = createRunKeys(newest, () => props.project, loaded.caughtUp);
  return <ProjectViews project={props.project} view={props.view} loaded={loaded} keys={keys} />;
}
