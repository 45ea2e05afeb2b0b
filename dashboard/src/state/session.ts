// Who is logged in, in this tab. Asked for once, and again when the server says that it does not know who asks.
import { createSignal } from 'solid-js';
import { connectSession } from '../api/http';
import { getSession, logIn, logOut, useFirstStart, type Session } from '../api/session';
import { live } from './live';

const kNobody: Session = { user: null, csrfToken: null, open: false };

const [session, setSession] = createSignal<Session | null>(null);
// While it is set, the page that is open stays, whoever the server takes its reader for.
const [held, holdPage] = createSignal(false);
export { holdPage };

// The question has an answer, or none is to be had.
const [isAsked, setAsked] = createSignal(false);
export { isAsked };

// A server that cannot be asked now says so on each page; that is no reason to ask for a login.
const first = getSession().then(setSession, () => undefined).finally(() => setAsked(true));

connectSession({
  csrfToken: async () => {
    await first;
    return session()?.csrfToken ?? null;
  },
  onRefused: () => {
    if (!held()) setSession(kNobody);
  },
});

export const user = (): Session['user'] => session()?.user ?? null;
export const isOpen = (): boolean => session()?.open === true;
export const mustLogIn = (): boolean => {
  const now = session();
  return now !== null && !now.open && now.user === null;
};

// With the token of a one-time link the first admin is made; null logs in. Throws ApiError.
export async function begin(name: string, password: string, token: string | null): Promise<void> {
  setSession(token === null ? await logIn(name, password) : await useFirstStart(token, name, password));
  live.retryNow();
}

// A session that the server does not know any more has ended as well.
export async function end(): Promise<void> {
  setSession(await logOut().catch(() => kNobody));
}
