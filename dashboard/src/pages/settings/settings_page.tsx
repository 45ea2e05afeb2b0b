// Keys, sharing, and for server admins users, teams and the audit log: a tab each, an address each.
import { createEffect, For, lazy, Match, on, Switch } from 'solid-js';
import { settingsPath, type SettingsTab } from '../../lib/route';
import { usePageHead } from '../../state/page_head';
import { user } from '../../state/session';
import { Keys } from './keys';
import { ForServerAdmins, NotAllowed } from './parts';
import { Sharing } from './sharing';
import { Teams } from './teams';
import { Users } from './users';
import './settings_page.css';

// It has the long list of the tables of runs, and their files; of these pages it imports nothing, so that none has to
// give what another chunk takes.
const AuditLogPage = lazy(() => import('./audit_page'));

const kTabs: readonly { tab: SettingsTab; label: string; isForAdmins: boolean }[] = [
  { tab: 'keys', label: 'API keys', isForAdmins: false },
  { tab: 'sharing', label: 'Sharing', isForAdmins: false },
  { tab: 'users', label: 'Users', isForAdmins: true },
  { tab: 'teams', label: 'Teams', isForAdmins: true },
  { tab: 'audit', label: 'Audit log', isForAdmins: true },
];

export default function SettingsPage(props: { tab: SettingsTab }) {
  let tabs!: HTMLElement;
  // Who is refused sees the tab that they came by, and no other of its kind.
  const shown = () => kTabs.filter((one) => !one.isForAdmins || user()?.serverAdmin !== false || one.tab === props.tab);
  usePageHead(() => ({
    crumbs: [{ label: 'Settings', href: settingsPath() }, { label: kTabs.find((one) => one.tab === props.tab)!.label }], project: null,
  }));
  // On a phone they scroll.
  createEffect(on(() => props.tab, () => tabs.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })));
  return (
    <div class="page settings" classList={{ fills: props.tab === 'audit' }}>
      <h1>Settings</h1>
      <nav ref={tabs} class="tabs settings-tabs" aria-label="Settings">
        <For each={shown()}>{(one) => <a href={settingsPath(one.tab)} aria-current={props.tab === one.tab ? 'page' : undefined}>{one.label}</a>}</For>
      </nav>
      <Switch>
        <Match when={props.tab === 'keys'}><Keys /></Match>
        <Match when={props.tab === 'sharing'}><Sharing /></Match>
        <Match when={props.tab === 'users'}><ForServerAdmins what="The list of users"><Users /></ForServerAdmins></Match>
        <Match when={props.tab === 'teams'}><ForServerAdmins what="The list of teams"><Teams /></ForServerAdmins></Match>
        <Match when={props.tab === 'audit'}><ForServerAdmins what="The audit log"><AuditLogPage refused={() => <NotAllowed what="The audit log" />} /></ForServerAdmins></Match>
      </Switch>
    </div>
  );
}
