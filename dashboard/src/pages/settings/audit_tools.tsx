// What stands above the audit log: the filter, how far the log was read, and the file.
import { createMemo, createUniqueId, For, Show } from 'solid-js';
import { Icon } from '../../components/icons';
import { actorOf, kDeeds, type AuditFilter } from '../../lib/audit';
import { formatCount } from '../../lib/format';
import { setQuery } from '../../state/location';
import type { AuditLog } from '../../state/audit_log';

const kMostActors = 200;
const entriesOf = (n: number): string => `${formatCount(n)} ${n === 1 ? 'entry' : 'entries'}`;

function DeedSelect(props: { chosen: string; seen: readonly string[] }) {
  const known = new Set(kDeeds.flatMap((group) => [`${group.group}.*`, ...Object.keys(group.deeds)]));
  // Those of a newer server, and of an address that was written by hand.
  const others = () => [...new Set([...props.seen, props.chosen])].filter((deed) => deed !== '' && !known.has(deed)).sort();
  return (
    <select class="select" aria-label="Deed" onChange={(event) => setQuery({ deed: event.currentTarget.value })}>
      <option value="" selected={props.chosen === ''}>All deeds</option>
      <For each={kDeeds}>
        {(group) => (
          <optgroup label={group.label}>
            <option value={`${group.group}.*`} selected={props.chosen === `${group.group}.*`}>{group.label}: all</option>
            <For each={Object.entries(group.deeds)}>{([deed, label]) => <option value={deed} selected={props.chosen === deed}>{label}</option>}</For>
          </optgroup>
        )}
      </For>
      <Show when={others().length > 0}>
        <optgroup label="Others"><For each={others()}>{(deed) => <option value={deed} selected={props.chosen === deed}>{deed}</option>}</For></optgroup>
      </Show>
    </select>
  );
}

export function AuditTools(props: {
  log: AuditLog; filter: AuditFilter; isFiltered: boolean; isAll: boolean; isSaving: boolean; onSave: () => void; onStop: () => void;
}) {
  const id = createUniqueId();
  const isReading = () => props.log.state() === 'reading';
  // Of all that was read since the page was opened, whatever the filter is now.
  const actors = createMemo((held: readonly string[]) => [...new Set([...held, ...props.log.entries().map(actorOf)])].slice(0, kMostActors).sort(), []);
  const deeds = createMemo((held: readonly string[]) => [...new Set([...held, ...props.log.entries().map((entry) => entry.action)])], []);
  const told = (): string => {
    const read = props.log.entries().length;
    const what = props.isFiltered ? `${formatCount(read)} found` : entriesOf(read);
    if (props.isAll) return what;
    if (props.log.state() === 'full') return `${what}: as many as a page keeps`;
    return `${what} so far`;
  };
  const text = (name: keyof AuditFilter, label: string, list?: string) => (
    <input class="input" value={props.filter[name]} placeholder={label} aria-label={label} list={list} autocomplete="off" autocapitalize="none" spellcheck={false}
      onInput={(event) => setQuery({ [name]: event.currentTarget.value })} />
  );
  const day = (name: 'since' | 'until', label: string) => (
    <label class="audit-day">{label}<input class="input" type="date" value={props.filter[name]} onInput={(event) => setQuery({ [name]: event.currentTarget.value })} /></label>
  );
  return (
    <div class="audit-tools">
      <h2>Audit log</h2>
      <div class="audit-filter" role="group" aria-label="Filter">
        {text('who', 'Who', id)}
        <datalist id={id}><For each={actors()}>{(name) => <option value={name} />}</For></datalist>
        <DeedSelect chosen={props.filter.deed} seen={deeds()} />
        {text('about', 'To what, or in its detail')}
        {day('since', 'From')}
        {day('until', 'To')}
        <Show when={props.isFiltered}>
          <button type="button" class="button" onClick={() => setQuery({ who: null, deed: null, about: null, since: null, until: null })}>Clear</button>
        </Show>
      </div>
      <div class="audit-state">
        <span class="faint" role="status">{told()}</span>
        <Show when={isReading() && props.isSaving}><button type="button" class="button" onClick={() => props.onStop()}><Icon name="stop" />Stop</button></Show>
        <Show when={props.log.state() === 'stopped'}><button type="button" class="button" onClick={() => props.log.resume()}>Look further</button></Show>
        <Show when={props.log.state() === 'failed' && props.log.entries().length > 0}><button type="button" class="button" onClick={() => props.log.resume()}>Older ones cannot be read: try again</button></Show>
        <button type="button" class="button" onClick={() => props.log.restart()}><Icon name="reset" />Read again</button>
        <button type="button" class="button" disabled={props.isSaving || props.log.state() === 'failed'} onClick={() => props.onSave()}><Icon name="download" />{props.isSaving ? 'Reading all…' : 'Save as CSV'}</button>
      </div>
    </div>
  );
}
