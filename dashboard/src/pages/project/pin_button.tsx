// Keeps a run first in the lists and over the other lines.
import type { Run } from '../../api/types';
import { Icon } from '../../components/icons';
import type { RunSet } from '../../state/run_set';
import './pin_button.css';

export function PinButton(props: { run: Run; set: RunSet }) {
  const isPinned = () => props.set.isPinned(props.run.id);
  return (
    <button type="button" class="icon-button pin-button" aria-pressed={isPinned()} aria-label={`Pin ${props.run.name}`}
      title={isPinned() ? 'Let go' : 'Pin: first in the list, over the other lines'} onClick={() => props.set.togglePinned(props.run.id)}>
      <Icon name="pin" />
    </button>
  );
}
