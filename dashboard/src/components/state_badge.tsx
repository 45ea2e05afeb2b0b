// A run's state: colour, shape and word, so that no one of them has to carry it alone.
import type { RunState } from '../api/types';
import { Icon, type IconName } from './icons';
import './state_badge.css';

const kIcons: Readonly<Record<Exclude<RunState, 'running'>, IconName>> = {
  finished: 'check', failed: 'cross', crashed: 'alert', stopped: 'stop',
};

export function Pulse() {
  return <span class="pulse" aria-hidden="true" />;
}

function StateMark(props: { state: RunState }) {
  return <>{props.state === 'running' ? <Pulse /> : <Icon name={kIcons[props.state]} />}</>;
}

export function StateBadge(props: { state: RunState; reason?: string }) {
  return (
    <span class={`state state-${props.state}`} title={props.reason === '' ? undefined : props.reason}>
      <StateMark state={props.state} />
      {props.state}
    </span>
  );
}

// Where there is no room for the word: it is still said.
export function StateDot(props: { state: RunState; reason?: string }) {
  const text = () => (props.reason === undefined || props.reason === '' ? props.state : `${props.state}: ${props.reason}`);
  return (
    <span class={`state-dot state-${props.state}`} role="img" aria-label={text()} title={text()}>
      <StateMark state={props.state} />
    </span>
  );
}
