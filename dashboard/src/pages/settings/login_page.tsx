// Asked for before anything else, on a server that has users; with a one-time link (/first-start#TOKEN) it makes the
// first of them.
import { createSignal, Show } from 'solid-js';
import { messageOf } from '../../api/http';
import { navigate, place } from '../../state/location';
import { usePageHead } from '../../state/page_head';
import { begin } from '../../state/session';
import './login_page.css';

export function LoginPage() {
  const [busy, setBusy] = createSignal(false);
  const [failed, setFailed] = createSignal<string | null>(null);
  const token = place().page === 'first-start' && location.hash.length > 1 ? location.hash.slice(1) : null;
  const title = token === null ? 'Log in' : 'Make the first admin';
  usePageHead(() => ({ crumbs: [{ label: title }], project: null }));

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
      await begin(text('user').trim(), text('password'), token);
      if (place().page === 'first-start') navigate('/');
    } catch (error) {
      setFailed(messageOf(error));
      form.querySelector<HTMLInputElement>('[name=password]')?.select();
    } finally {
      setBusy(false);
    }
  }

  return (
    <form class="login" onSubmit={(event) => void submit(event)}>
      <h1>{title}</h1>
      <label>User<input class="input" name="user" autocomplete="username" autocapitalize="none" spellcheck={false} required autofocus /></label>
      <label>Password<input class="input" name="password" type="password" autocomplete={token === null ? 'current-password' : 'new-password'} minlength={token === null ? 1 : 8} required /></label>
      <Show when={failed()}>{(message) => <p class="login-failed" role="alert">{message()}</p>}</Show>
      <button type="submit" class="button primary" disabled={busy()}>{title}</button>
      <Show when={token === null} fallback={<p class="faint">Everybody is asked to log in from then on.</p>}>
        <p class="faint">No account yet? An admin of this server makes one with <code>tracker admin user add</code>.</p>
      </Show>
    </form>
  );
}
