// The search of a log: Enter looks, and goes to the next place; Shift and Enter to the one before.
import { createSignal, Show } from 'solid-js';
import { Icon } from '../../components/icons';
import { formatCount, plural } from '../../lib/format';
import type { LogSearch } from '../../state/log_search';

export function LogSearchBox(props: { search: LogSearch; onSearch: (text: string) => void; onGo: (line: number) => void }) {
  const [at, setAt] = createSignal(-1);
  const step = (by: 1 | -1): void => {
    const n = props.search.found().length;
    if (n === 0) return;
    const next = at() < 0 ? (by > 0 ? 0 : n - 1) : (at() + by + n) % n;
    setAt(next);
    props.onGo(props.search.found()[next]!);
  };
  const onKey = (event: KeyboardEvent & { currentTarget: HTMLInputElement }): void => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    const text = event.currentTarget.value;
    if (text === props.search.text()) step(event.shiftKey ? -1 : 1);
    else {
      setAt(-1);
      props.onSearch(text);
    }
  };
  const told = (): string => {
    if (props.search.error() !== '') return props.search.error();
    const n = props.search.found().length;
    const where = at() >= 0 && n > 0 ? `${formatCount(at() + 1)} of ` : '';
    return props.search.isSearching() ? `${where}${formatCount(n)}, ${plural(props.search.searched(), 'line')} searched` : `${where}${plural(n, 'line')} found`;
  };
  return (
    <div class="log-search">
      <div class="search">
        <Icon name="search" />
        <input class="input" type="search" placeholder="Search the log" aria-label="Search the log: Enter looks and goes on" onKeyDown={onKey}
          onInput={(event) => { if (event.currentTarget.value === '') props.onSearch(''); }} />
      </div>
      <Show when={props.search.text() !== ''}>
        <span class="faint" role="status">{told()}</span>
        <button type="button" class="icon-button" aria-label="Place before" onClick={() => step(-1)}><Icon name="up" /></button>
        <button type="button" class="icon-button" aria-label="Next place" onClick={() => step(1)}><Icon name="down" /></button>
      </Show>
    </div>
  );
}
