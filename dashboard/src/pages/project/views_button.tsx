// Saved views of a project: which one the page shows, and the way to the others.
import { lazy, Suspense } from 'solid-js';
import { SkeletonRows } from '../../components/feedback';
import { Popover } from '../../components/popover';
import type { ProjectRole } from '../../state/role';
import type { OpenedView } from '../../state/saved_views';
import './views.css';

const ViewsMenu = lazy(() => import('../../chunks/on_demand').then((chunk) => ({ default: chunk.ViewsMenu })));

export function ViewsButton(props: { project: string; view: OpenedView; role: ProjectRole }) {
  const isChanged = () => props.view.changes().length > 0;
  const text = (): string => {
    const opened = props.view.opened();
    return opened ? `${opened.name}${isChanged() ? ' · changed' : ''}` : 'Views';
  };
  return (
    <div class="views-tool">
      <Popover label={props.view.opened() ? `View: ${text()}` : 'Views'} icon="bookmark" text={props.view.opened() ? `${isChanged() ? '• ' : ''}${props.view.opened()!.name}` : 'Views'} isMarked={isChanged()}
        title={isChanged() ? `Differs from the saved view: ${props.view.changes().join(', ')}` : 'Saved views of the project'}>
        {(close) => (
          <Suspense fallback={<div class="views-menu"><SkeletonRows count={3} kind="row" /></div>}>
            <ViewsMenu project={props.project} view={props.view} role={props.role} close={close} />
          </Suspense>
        )}
      </Popover>
    </div>
  );
}
