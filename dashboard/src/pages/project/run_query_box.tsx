// The run query: a line of text, and under it what the server says about it, at its place.
import { Show } from 'solid-js';
import { markPlace } from '../../lib/query_place';
import type { QueryProblem, RunQuery } from '../../state/run_query';
import './run_query_box.css';

export function RunQueryBox(props: { asked: RunQuery }) {
  return (
    <div class="run-query">
      <input class="input" type="text" spellcheck={false} autocomplete="off" value={props.asked.text()}
        placeholder="Query: loss.min < 0.2 and tag:baseline and created > -7d"
        aria-label="Run query" aria-describedby="run-query-says" aria-invalid={props.asked.problem() !== null}
        aria-busy={props.asked.waiting()} onInput={(event) => props.asked.setText(event.currentTarget.value)} />
      <div id="run-query-says" role="status">
        <Show when={props.asked.problem()}>{(problem) => <Problem problem={problem()} />}</Show>
        <Show when={props.asked.unknown().length > 0}>
          <p class="faint">No run has {props.asked.unknown().join(', ')}.</p>
        </Show>
      </div>
    </div>
  );
}

function Problem(props: { problem: QueryProblem }) {
  const marked = () => markPlace(props.problem.text, props.problem.position ?? 0);
  return (
    <div class="run-query-problem">
      <Show when={props.problem.position !== null}>
        <code>{marked().before}<mark>{marked().at}</mark>{marked().after}</code>
      </Show>
      <p>{props.problem.message}</p>
    </div>
  );
}
