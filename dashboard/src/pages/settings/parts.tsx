// What the sections of the settings share: a list that is read again after each change, and what is shown once.
import { createSignal, For, Show, type Accessor, type JSX } from 'solid-js';
import { kRoles, type Secrets } from '../../api/access';
import { messageOf } from '../../api/http';
import { CodeBlock } from '../../components/copy';
import { EmptyState, ErrorState, SkeletonRows } from '../../components/feedback';
import { formatDateTime } from '../../lib/format';
import { isAsked, user } from '../../state/session';

export const when = (timeUs: number | null): string => (timeUs === null ? '–' : formatDateTime(timeUs));

// The name of a user or team, as the server takes it.
export function NameInput(props: { label: string; name?: string; placeholder?: string; list?: string; ref?: (input: HTMLInputElement) => void }) {
  return (
    <input ref={(input) => props.ref?.(input)} class="input" name={props.name ?? 'name'} placeholder={props.placeholder ?? 'Name'} aria-label={props.label} list={props.list}
      pattern="[a-z0-9][a-z0-9._\-]{0,63}" maxlength="64" autocapitalize="none" autocomplete="off" spellcheck={false} required
      title="Small letters, digits, dot, dash and underscore; a letter or digit first; 64 at most" />
  );
}

// A form that is emptied comes back to `chosen`.
export function RoleSelect(props: { label: string; chosen: string; name?: string; disabled?: boolean; onChoose?: (role: string, select: HTMLSelectElement) => void }) {
  return (
    <select class="select" name={props.name} aria-label={props.label} disabled={props.disabled}
      onChange={(event) => props.onChoose?.(event.currentTarget.value, event.currentTarget)}>
      <For each={kRoles}>
        {(role) => <option value={role} selected={role === props.chosen} ref={(option) => { option.defaultSelected = role === props.chosen; }}>{role}</option>}
      </For>
    </select>
  );
}

export function NotAllowed(props: { what: string }) {
  return (
    <EmptyState icon="lock" title={`${props.what} is for server admins`}>
      You are logged in as {user()?.name ?? 'somebody'}, who is none. A server admin can show you what you need, or make you one.
    </EmptyState>
  );
}

// Children of those that the server is not known to refuse; nothing is asked of it before that is known.
export function ForServerAdmins(props: { what: string; children: JSX.Element }) {
  return (
    <Show when={isAsked()} fallback={<SkeletonRows count={6} kind="row" />}>
      <Show when={user()?.serverAdmin !== false} fallback={<NotAllowed what={props.what} />}>{props.children}</Show>
    </Show>
  );
}

export interface Changing<T> {
  items: Accessor<T[] | null>;
  failed: Accessor<string | null>;
  once: Accessor<Secrets | null>;
  // Does the change, keeps what it shows this once, and reads again.
  change: (work: () => Promise<Secrets | undefined>) => Promise<boolean>;
  retry: () => void;
}

// Does a change; what the server says against it is kept until the next one.
export function createAttempt() {
  const [failed, setFailed] = createSignal<string | null>(null);
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      setFailed(null);
      return true;
    } catch (error) {
      setFailed(messageOf(error));
      return false;
    }
  };
  return { failed, attempt };
}

export function createChanging<T>(read: () => Promise<T[]>): Changing<T> {
  const [items, setItems] = createSignal<T[] | null>(null);
  const { failed, attempt } = createAttempt();
  const [once, setOnce] = createSignal<Secrets | null>(null);
  const load = async (): Promise<void> => {
    setItems(await read());
  };
  void attempt(load);
  return {
    items, failed, once,
    retry: () => void attempt(load),
    change: (work) => attempt(async () => {
      setOnce((await work()) ?? null);
      await load();
    }),
  };
}

export function Section<T>(props: {
  title: string; note: string; state: Changing<T>; head: readonly string[]; row: (item: T) => JSX.Element; children: JSX.Element;
  // Said in place of an empty table.
  none: string;
}) {
  return (
    <section class="settings-section">
      <h2>{props.title}</h2>
      <p class="muted">{props.note}</p>
      <Show when={props.state.once()?.password}>{(value) => <CodeBlock code={value()} label="Password, shown this once" prompt={false} />}</Show>
      <Show when={props.state.once()?.key}>{(value) => <CodeBlock code={value()} label="API key, shown this once" prompt={false} />}</Show>
      <Show when={props.state.items()} fallback={(
        <Show when={props.state.failed()} fallback={<div class="settings-wide"><SkeletonRows count={3} kind="row" /></div>}>
          {(message) => <ErrorState title={`${props.title} cannot be read`} message={message()} onRetry={props.state.retry} />}
        </Show>
      )}>
        {(items) => (
          <>
            <Show when={props.state.failed()}>{(message) => <p class="settings-failed" role="alert">{message()}</p>}</Show>
            <Show when={items().length > 0} fallback={<p class="faint">{props.none}</p>}>
              <div class="settings-wide" tabindex="0" role="group" aria-label={props.title}>
                <table class="settings-table">
                  <thead><tr><For each={props.head}>{(name) => (name === '' ? <td /> : <th scope="col">{name}</th>)}</For></tr></thead>
                  <tbody><For each={items()}>{props.row}</For></tbody>
                </table>
              </div>
            </Show>
            {props.children}
          </>
        )}
      </Show>
    </section>
  );
}

// The fields of a form by name; the form is emptied when `done` says so.
export function onFields(done: (field: (name: string) => string) => Promise<boolean>) {
  return (event: SubmitEvent & { currentTarget: HTMLFormElement }): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const field = (name: string): string => {
      const value = fields.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    void done(field).then((good) => {
      if (good) form.reset();
    });
  };
}
