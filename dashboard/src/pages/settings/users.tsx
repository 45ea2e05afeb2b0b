// Who may log in, for server admins.
import { changeUser, listUsers, makeUser, type User } from '../../api/access';
import { holdPage, isOpen } from '../../state/session';
import { createChanging, NameInput, onFields, Section, when } from './parts';

export function Users() {
  const users = createChanging(listUsers);
  const add = onFields((field) => users.change(async () => {
    // The first user ends the time in which nobody is asked: what is shown once must be seen before the login is.
    if (isOpen()) holdPage(true);
    return makeUser(field('name'), field('admin') !== '');
  }));
  return (
    <Section title="Users" note={isOpen() ? 'Nobody is asked for a login here. Once there is a user everybody is, unless the server was started with --allow-anonymous.' : 'Everybody who may log in. Users are disabled, never removed.'}
      state={users} none="No user yet. The first one is a server admin." head={['Name', 'Server admin', 'State', 'Last login', '']}
      row={(one: User) => (
        <tr>
          <td>{one.name}</td><td>{one.serverAdmin ? 'yes' : '–'}</td><td>{one.disabled ? 'disabled' : '–'}</td><td>{when(one.lastLoginUs)}</td>
          <td>
            <button type="button" class="button" onClick={() => void users.change(() => changeUser(one.name, { disabled: !one.disabled }))}>
              {one.disabled ? 'Enable' : 'Disable'} {one.name}
            </button>
            <button type="button" class="button" onClick={() => void users.change(() => changeUser(one.name, { reset_password: true }))}>New password for {one.name}</button>
          </td>
        </tr>
      )}>
      <form class="settings-form" onSubmit={add}>
        <NameInput label="Name of the user" />
        <label class="settings-check"><input type="checkbox" name="admin" /> Server admin</label>
        <button type="submit" class="button primary">Make a user</button>
      </form>
    </Section>
  );
}
