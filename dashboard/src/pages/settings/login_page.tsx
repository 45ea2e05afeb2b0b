// Asked for before anything else, on a server that has users.
import { createSignal, Show } from 'solid-js';
import { messageOf } from '../../api/http';
import { usePageHead } from '../../state/page_head';
import { begin } from '../../state/session';
import './login_page.css';

export function LoginPage() {
  const [busy, setBusy] = createSignal(false);
  const [failed, setFailed] = createSignal<string | null>(null);
  usePageHead(() => ({ crumbs: [{ label: 'Log in' }], project: null }));

  async function submit(event: SubmitEvent & { currentTarget: HTMLFormElement }): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const text = (name: string): string => {
      const value = given.get(name);
      return typeof value === 'string' ? value : '';
    };
    setBusy(true);
    try {
      await begin(text('user').trim(), text('password'));
    } catch (error) {
      setFailed(messageOf(error));
      form.querySelector<HTMLInputElement>('[name=password]')?.select();
    } finally {
      setBusy(false);
    }
  }

  return (
    <form class="login" onSubmit={(event) => void submit(event)}>
      <h1>Log in</h1>
      <label>User<input class="input" name="user" autocomplete="username" autocapitalize="none" spellcheck={false} required autofocus /></label>
      <label>Password<input class="input" name="password" type="password" autocomplete="current-password" required /></label>
      <Show when={failed()}>{(message) => <p class="login-failed" role="alert">{message()}</p>}</Show>
      <button type="submit" class="button primary" disabled={busy()}>Log in</button>
      <p class="faint">No account yet? An admin of this server makes one with <code>tracker admin user add</code>.</p>
    </form>
  );
}
