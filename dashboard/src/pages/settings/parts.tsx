// What the sections of the settings share: a list that is read again after each change, and what is shown once.
import { createSignal, For, Show, type Accessor, type JSX } from 'solid-js';
import type { Secrets } from '../../api/access';
import { messageOf } from '../../api/http';
import { CodeBlock } from '../../components/copy';

export interface Changing<T> {
  items: Accessor<T[] | null>;
  failed: Accessor<string | null>;
  once: Accessor<Secrets | null>;
  // Does the change, keeps what it shows this once, and reads again.
  change: (work: () => Promise<Secrets | undefined>) => Promise<boolean>;
}

export function createChanging<T>(read: () => Promise<T[]>): Changing<T> {
  const [items, setItems] = createSignal<T[] | null>(null);
  const [failed, setFailed] = createSignal<string | null>(null);
  const [once, setOnce] = createSignal<Secrets | null>(null);
  const load = async (): Promise<void> => {
    setItems(await read());
  };
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
  void attempt(load);
  return {
    items, failed, once,
    change: (work) => attempt(async () => {
      setOnce((await work()) ?? null);
      await load();
    }),
  };
}

export function Section<T>(props: { title: string; note: string; state: Changing<T>; head: readonly string[]; row: (item: T) => JSX.Element; children: JSX.Element }) {
  return (
    <section class="settings-section">
      <h2>{props.title}</h2>
      <p class="muted">{props.note}</p>
      <Show when={props.state.failed()}>{(message) => <p class="settings-failed" role="alert">{message()}</p>}</Show>
      <Show when={props.state.once()?.password}>{(value) => <CodeBlock code={value()} label="Password, shown this once" prompt={false} />}</Show>
      <Show when={props.state.once()?.key}>{(value) => <CodeBlock code={value()} label="API key, shown this once" prompt={false} />}</Show>
      <Show when={props.state.items()}>
        {(items) => (
          <div class="settings-scroll" role="region" aria-label={`${props.title} as a table`} tabindex="0">
            <table class="settings-table">
              <thead><tr><For each={props.head}>{(name) => (name === '' ? <td /> : <th scope="col">{name}</th>)}</For></tr></thead>
              <tbody><For each={items()}>{props.row}</For></tbody>
            </table>
          </div>
        )}
      </Show>
      {props.children}
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
