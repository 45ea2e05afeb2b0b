// What is around every page: rail, path, connection, theme.
import { For, Show, type JSX } from 'solid-js';
import { artifactsPath, comparePath, projectPath, reportsPath, runsPath, type Place } from '../lib/route';
import { liveStatus } from '../state/live';
import { followLinks } from '../state/location';
import { end, user } from '../state/session';
import { chooseTheme, themeChoice, type ThemeChoice } from '../state/theme';
import { Icon, type IconName } from './icons';
import { Shortcuts } from './shortcuts';
import { Toasts } from './toasts';
import './shell.css';

export interface Crumb {
  label: string;
  href?: string;
}

function RailLink(props: { href: string; icon: IconName; label: string; current: boolean }) {
  return (
    <a href={props.href} class="rail-link" aria-current={props.current ? 'page' : undefined}>
      <Icon name={props.icon} />
      <span>{props.label}</span>
    </a>
  );
}

// The icon of index.html.
function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#3b5bdb" />
      <path d="M6 9c4 0 5 13 10 13 4 0 5-6 10-6" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" />
    </svg>
  );
}

const kThemes: readonly { choice: ThemeChoice; icon: IconName; label: string }[] = [
  { choice: 'light', icon: 'sun', label: 'Light theme' },
  { choice: 'dark', icon: 'moon', label: 'Dark theme' },
  { choice: 'system', icon: 'system', label: 'Theme of the system' },
];

function ThemeSwitch() {
  return (
    <div class="segments theme-switch" role="group" aria-label="Theme">
      <For each={kThemes}>
        {(option) => (
          <button type="button" aria-label={option.label} title={option.label} aria-pressed={themeChoice() === option.choice}
            onClick={() => chooseTheme(option.choice)}><Icon name={option.icon} /></button>
        )}
      </For>
    </div>
  );
}

function LiveBadge() {
  return (
    <span class={`live-badge live-${liveStatus()}`} role="status" data-live={liveStatus()}>
      <Show when={liveStatus() === 'open'}><span class="live-mark" aria-hidden="true" />Live</Show>
      <Show when={liveStatus() === 'connecting'}><span class="live-mark" aria-hidden="true" />Connecting</Show>
      <Show when={liveStatus() === 'lost'}>
        <Icon name="alert" /><span title="What is shown may be out of date">Reconnecting…</span>
      </Show>
    </span>
  );
}

export function Shell(props: {
  crumbs: readonly Crumb[];
  project: string | null;
  page: Place['page'];
  children: JSX.Element;
}) {
  return (
    <div class="shell" onClick={followLinks}>
      <a class="skip-link" href="#main">Skip to the content</a>
      <nav class="rail" aria-label="Main">
        <a href="/" class="brand" aria-label="Tracker, all projects"><Mark /></a>
        <RailLink href="/" icon="projects" label="Projects" current={props.page === 'projects'} />
        <Show when={props.project}>
          {(project) => (
            <>
              <RailLink href={projectPath(project())} icon="charts" label="Charts" current={props.page === 'workspace'} />
              <RailLink href={runsPath(project())} icon="table" label="Runs" current={props.page === 'runs'} />
              <RailLink href={comparePath(project())} icon="compare" label="Compare" current={props.page === 'compare'} />
              <RailLink href={reportsPath(project())} icon="report" label="Reports" current={props.page === 'reports' || props.page === 'report'} />
              <RailLink href={artifactsPath(project())} icon="box" label="Artifacts" current={props.page.startsWith('artifact')} />
            </>
          )}
        </Show>
        <span class="rail-space" />
        <RailLink href="/start" icon="start" label="Log a run" current={props.page === 'start'} />
        <RailLink href="/settings" icon="sliders" label="Settings" current={props.page === 'settings'} />
      </nav>
      <header class="head">
        <nav class="crumbs" aria-label="Breadcrumb">
          <ol>
            <For each={props.crumbs}>
              {(crumb, index) => (
                <li>
                  <Show when={crumb.href !== undefined && index() < props.crumbs.length - 1}
                    fallback={<span class="ellipsis" aria-current={index() === props.crumbs.length - 1 ? 'page' : undefined}>{crumb.label}</span>}>
                    <a class="ellipsis" href={crumb.href}>{crumb.label}</a>
                  </Show>
                </li>
              )}
            </For>
          </ol>
        </nav>
        <Shortcuts project={props.project} />
        <LiveBadge />
        <Show when={user()}>
          {(one) => (
            <button type="button" class="button" title={`Logged in as ${one().name}`} onClick={() => void end()}>
              Log out <span class="user-name">{one().name}</span>
            </button>
          )}
        </Show>
        <ThemeSwitch />
      </header>
      <main id="main" tabindex="-1">{props.children}</main>
      <Toasts />
    </div>
  );
}
