// Adds a panel over several keys: an expression, read as it is typed.
import { createSignal, Show } from 'solid-js';
import { ExpressionError, keysOfExpression, kFunctionNames, parseExpression } from '../../lib/expression';
import { Popover } from '../popover';
import type { PanelContext } from './model';

// What is wrong with it; null if nothing is.
function problemOf(text: string, known: readonly string[]): string | null {
  try {
    return keysOfExpression(parseExpression(text, known)).length > 0 ? null : 'It names no key.';
  } catch (failure) {
    if (!(failure instanceof ExpressionError)) throw failure;
    return `At character ${failure.position + 1}: ${failure.message}.`;
  }
}

export function ExpressionTool(props: { context: PanelContext }) {
  const view = () => props.context.view;
  const [text, setText] = createSignal('');
  const problem = () => (text().trim() === '' ? null : problemOf(text(), props.context.keyNames()));
  const isUsable = () => text().trim() !== '' && problem() === null;
  return (
    <Popover label="Add a panel over several keys" icon="expression">
      {(close) => (
        <form class="expression-form" onSubmit={(event) => {
          event.preventDefault();
          if (!isUsable()) return;
          view().setExpressions([...new Set([...view().expressions(), text().trim()])]);
          setText('');
          close();
        }}>
          <label for="expression-text">Expression over keys</label>
          <input id="expression-text" class="input" type="text" spellcheck={false} autocomplete="off" placeholder="exp(eval/loss)" list="expression-keys"
            value={text()} onInput={(event) => setText(event.currentTarget.value)} aria-invalid={problem() !== null} aria-describedby="expression-help"
            ref={(input) => queueMicrotask(() => input.focus())} />
          <datalist id="expression-keys">{props.context.keyNames().map((key) => <option value={key} />)}</datalist>
          <p id="expression-help" class="muted" role="status">
            <Show when={problem()} fallback={<>+ − * / ^ ( ) and {kFunctionNames.join(', ')}; a key of unusual form in “quotes”.</>}>{(told) => told()}</Show>
          </p>
          <button type="submit" class="button" disabled={!isUsable()}>Add panel</button>
        </form>
      )}
    </Popover>
  );
}
