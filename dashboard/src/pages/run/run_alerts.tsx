// What the run asked to tell people, and whether they were told. Nothing stands here while there is none. Asked again
// when the run changes and while an alert is to be told, at most every few seconds.
import { createEffect, createResource, For, Match, on, onCleanup, Switch } from 'solid-js';
import { kMostAlerts, listAlerts, type Alert } from '../../api/alerts';
import { messageOf } from '../../api/http';
import type { Run } from '../../api/types';
import { formatCount, formatDateTime } from '../../lib/format';
import { held } from '../../state/held';
import './run_alerts.css';

const kRereadMs = 5000;

function fateOf({ state, outcome }: Alert): string {
  if (state === 'due') return 'to be told';
  if (state === 'quiet') return 'not told again: within its quiet time';
  return state === 'told' ? 'told' : `not told${outcome === '' ? '' : `: ${outcome}`}`;
}

export function RunAlerts(props: { run: Run }) {
  const [alerts, { refetch }] = createResource(() => props.run.id, listAlerts);
  const some = (): Alert[] | null => { const all = held(alerts) ?? []; return all.length > 0 ? all : null; };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rereadSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void refetch();
    }, kRereadMs);
  };
  createEffect(on(() => props.run.version, rereadSoon, { defer: true }));
  // What becomes of an alert changes no run.
  createEffect(() => { if (some()?.some((alert) => alert.state === 'due')) rereadSoon(); });
  onCleanup(() => clearTimeout(timer));
  return (
    <Switch>
      <Match when={some()}>
        {(list) => (
          <section class="card run-alerts" aria-label="Alerts">
            <h2>Alerts <span class="faint">{formatCount(list().length)}{list().length === kMostAlerts ? '+' : ''}</span></h2>
            <ul tabindex="0" aria-label="Alerts, newest first">
              <For each={list()}>
                {(alert) => (
                  <li data-level={alert.level}>
                    <p><span class={`alert-level alert-${alert.level}`}>{alert.level}</span> <strong>{alert.title}</strong></p>
                    <p class="alert-text">{alert.text}</p>
                    <p class="faint">{formatDateTime(alert.timeUs)} · {fateOf(alert)}</p>
                  </li>
                )}
              </For>
            </ul>
          </section>
        )}
      </Match>
      <Match when={alerts.error as unknown}>
        {(error) => (
          <section class="card run-alerts" aria-label="Alerts">
            <h2>Alerts</h2>
            <p role="alert">{messageOf(error())} <button type="button" class="button" onClick={() => void refetch()}>Try again</button></p>
          </section>
        )}
      </Match>
    </Switch>
  );
}
