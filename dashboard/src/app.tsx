// Address to page. The pages with charts are loaded when first visited.
import { ErrorBoundary, lazy, Match, Show, Suspense, Switch } from 'solid-js';
import { ErrorState, FailureState, SkeletonRows } from './components/feedback';
import { Shell } from './components/shell';
import { messageOf } from './api/http';
import type { Place } from './lib/route';
import { FirstRunPage } from './pages/first_run/first_run_page';
import { ProjectPage } from './pages/project/project_page';
import { ProjectsPage } from './pages/projects/projects_page';
import { LoginPage } from './pages/settings/login_page';
import { place } from './state/location';
import { pageHead, usePageHead } from './state/page_head';
import { mustLogIn } from './state/session';

const SettingsPage = lazy(() => import('./pages/settings/settings_page'));
const ArtifactPages = lazy(() => import('./chunks/artifacts').then((chunk) => ({ default: chunk.ArtifactPages })));
const ReportPages = lazy(() => import('./chunks/reports').then((chunk) => ({ default: chunk.ReportPages })));
const RunPage = lazy(() => import('./pages/run/run_page'));

function UnknownPage() {
  usePageHead(() => ({ crumbs: [{ label: 'Not found' }], project: null }));
  return (
    <FailureState failure={{ title: 'There is no such page', message: location.pathname, hint: '', remedy: 'elsewhere' }} />
  );
}

function placeOf<P extends Place['page']>(...pages: P[]): (Place & { page: P }) | undefined {
  const current = place();
  return (pages as string[]).includes(current.page) ? (current as Place & { page: P }) : undefined;
}

export function App() {
  return (
    <Shell crumbs={pageHead().crumbs} project={pageHead().project} page={place().page}>
      <ErrorBoundary fallback={(error: unknown, reset) => (
        <ErrorState title="This page failed" message={messageOf(error)} onRetry={reset} />
      )}>
        <Show when={!mustLogIn()} fallback={<LoginPage />}>
          <Suspense fallback={<div class="page"><SkeletonRows count={6} kind="row" /></div>}>
            <Switch fallback={<UnknownPage />}>
              <Match when={placeOf('projects')}><ProjectsPage /></Match>
              <Match when={placeOf('start')}><FirstRunPage known={null} /></Match>
              <Match when={placeOf('workspace', 'runs', 'compare')}>
                {(here) => <ProjectPage project={here().project} view={here().page} />}
              </Match>
              <Match when={placeOf('artifacts', 'artifact', 'artifact-version')}>{(here) => <ArtifactPages place={here()} />}</Match>
              <Match when={placeOf('reports', 'report')}>{(here) => <ReportPages place={here()} />}</Match>
              <Match when={placeOf('settings')}>{(here) => <SettingsPage tab={here().tab} />}</Match>
              <Match when={placeOf('run')}>{(here) => <RunPage id={here().id} tab={here().tab} />}</Match>
            </Switch>
          </Suspense>
        </Show>
      </ErrorBoundary>
    </Shell>
  );
}
