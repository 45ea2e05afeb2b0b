// The audit log, for server admins: docs/http-api.md, "Access". Each throws ApiError.
import { getJson } from './http';
import { listOf, number, objectOf, text } from './read';

export interface AuditEntry {
  // Rises with time; what pages go by.
  no: number;
  atUs: number;
  // '' for nobody in particular.
  actor: string;
  // Id of the API key; '' for a session.
  key: string;
  address: string;
  requestId: string;
  action: string;
  target: string;
  detail: string;
}
export interface AuditPage {
  // Newest first.
  entries: AuditEntry[];
  // What the next page is asked with; null: this was the last.
  nextBefore: number | null;
}
// What the entries must all be; absent: any. '*' stands for any characters in `actor` and `action`.
export interface AuditQuery {
  // '' for nobody in particular.
  actor?: string;
  // One of these, with commas between them.
  action?: string;
  // In the target or the detail, in any case.
  text?: string;
  // Of that moment or later; before it.
  fromUs?: number;
  toUs?: number;
}


export function readAuditPage(value: unknown): AuditPage {
  const o = objectOf(value);
  return {
    entries: listOf(o.entries).map((one) => {
      const e = objectOf(one);
      return {
        no: number(e.no), atUs: number(e.at_us), actor: text(e.actor), key: text(e.key), address: text(e.address),
        requestId: text(e.request_id), action: text(e.action), target: text(e.target), detail: text(e.detail),
      };
    }),
    nextBefore: typeof o.next_before === 'number' ? o.next_before : null,
  };
}

// `before`: nextBefore of the page before; null begins with the newest entry. `limit`: 1 to 1,000.
export function readAuditLog(wanted: AuditQuery, before: number | null, limit: number, signal?: AbortSignal): Promise<AuditPage> {
  const query = new URLSearchParams({ limit: String(limit) });
  const { actor, action, text: about, fromUs, toUs } = wanted;
  for (const [name, value] of Object.entries({ actor, action, text: about, from_us: fromUs, to_us: toUs })) {
    if (value !== undefined) query.set(name, String(value));
  }
  if (before !== null) query.set('before', String(before));
  return getJson(`/api/v1/audit?${query.toString()}`, readAuditPage, { signal });
}
