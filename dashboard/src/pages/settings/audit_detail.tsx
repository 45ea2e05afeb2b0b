// One entry of the audit log, whole, and ways on from it.
import { createUniqueId, For, onMount, Show } from 'solid-js';
import type { AuditEntry } from '../../api/audit';
import { CopyButton } from '../../components/copy';
import { Icon } from '../../components/icons';
import { actorOf, deedLabel, isoTime, targetOf } from '../../lib/audit';
import { formatDateTime } from '../../lib/format';
import { projectPath, runPath, settingsPath } from '../../lib/route';
import { visibleText } from '../../lib/visible_text';
import { setQuery } from '../../state/location';

function placeOf(entry: AuditEntry): { href: string; label: string } | null {
  const target = targetOf(entry);
  if (target === null) return null;
  if (target.kind === 'run') return { href: runPath(target.name), label: 'Open the run' };
  if (target.kind === 'project') return { href: projectPath(target.name), label: 'Open the project' };
  return { href: `${settingsPath('teams')}?${new URLSearchParams({ team: target.name }).toString()}`, label: 'Open the team' };
}

export function AuditDetail(props: { entry: AuditEntry; close: () => void }) {
  let dialog!: HTMLDialogElement;
  const id = createUniqueId();
  onMount(() => dialog.showModal());
  const rows = (): readonly (readonly [string, string])[] => [
    ['When', `${formatDateTime(props.entry.atUs)} (${isoTime(props.entry.atUs)})`],
    ['Who', actorOf(props.entry)],
    ['With', props.entry.key === '' ? 'no API key' : `API key ${props.entry.key}`],
    ['From', props.entry.address],
    ['Did', `${deedLabel(props.entry.action)} (${props.entry.action})`],
    ['To what', props.entry.target],
    ['Detail', props.entry.detail],
    ['Request', props.entry.requestId],
  ];
  const only = (changes: Readonly<Record<string, string>>): void => {
    dialog.close();
    setQuery(changes, 'push');
  };
  return (
    <dialog ref={dialog} class="settings-dialog audit-detail" aria-labelledby={id} onClose={() => props.close()}
      onClick={(event) => { if (event.target === dialog) dialog.close(); }}>
      <div class="audit-detail-head">
        <h2 id={id}>Entry {props.entry.no}</h2>
        <CopyButton text={JSON.stringify(props.entry, null, 2)} label="Copy the entry" />
        <button type="button" class="icon-button" aria-label="Close" autofocus onClick={() => dialog.close()}><Icon name="close" /></button>
      </div>
      <dl><For each={rows()}>{([name, value]) => <><dt>{name}</dt><dd>{value === '' ? '–' : visibleText(value)}</dd></>}</For></dl>
      <div class="settings-dialog-foot">
        <button type="button" class="button" onClick={() => only({ who: actorOf(props.entry) })}>Only this user</button>
        <button type="button" class="button" onClick={() => only({ deed: props.entry.action })}>Only this deed</button>
        <Show when={props.entry.target !== ''}><button type="button" class="button" onClick={() => only({ about: props.entry.target })}>Only this target</button></Show>
        <Show when={placeOf(props.entry)}>{(place) => <a class="button" href={place().href} onClick={() => dialog.close()}>{place().label}</a>}</Show>
      </div>
    </dialog>
  );
}
