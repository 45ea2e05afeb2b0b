// A row of the audit log. What strangers wrote is text on one line, with what would hide or turn it written out.
import { Show } from 'solid-js';
import type { AuditEntry } from '../../api/audit';
import { actorOf, deedLabel } from '../../lib/audit';
import { formatDateTime } from '../../lib/format';
import { visibleText } from '../../lib/visible_text';

export const kHeads = ['When', 'Who', 'Did', 'To what', 'Detail', 'From'] as const;
// The heights of audit_page.css.
export const kWideRow = 32;
export const kNarrowRow = 52;

export function AuditRow(props: { entry: AuditEntry; index: number; onOpen: () => void }) {
  return (
    <div class="audit-row audit-cells" role="row" aria-rowindex={props.index + 2} data-entry={props.entry.no} onClick={() => props.onOpen()}>
      <span role="cell" class="audit-when">
        <button type="button" title="All of it" onClick={(event) => { event.stopPropagation(); props.onOpen(); }}>{formatDateTime(props.entry.atUs)}</button>
      </span>
      <span role="cell" class="audit-who ellipsis" classList={{ faint: props.entry.actor === '' }}>{visibleText(actorOf(props.entry))}</span>
      <span role="cell" class="audit-deed ellipsis" classList={{ failed: props.entry.action === 'login.failed' }}>{visibleText(deedLabel(props.entry.action))}</span>
      <span role="cell" class="audit-target ellipsis">{visibleText(props.entry.target)}</span>
      <span role="cell" class="audit-text ellipsis">{visibleText(props.entry.detail)}</span>
      <span role="cell" class="audit-from ellipsis faint">{visibleText(props.entry.address)}<Show when={props.entry.key}>{(key) => ` · key ${visibleText(key())}`}</Show></span>
    </div>
  );
}
