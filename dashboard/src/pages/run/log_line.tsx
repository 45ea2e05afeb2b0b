import { For, Show } from 'solid-js';
import type { LogLine } from '../../api/types';
import { parseAnsi, type AnsiStyle } from '../../lib/ansi';
import { formatClock } from '../../lib/format';

const cssColor = (color: number | string | null): string | undefined =>
  color === null ? undefined : typeof color === 'number' ? `var(--ansi-${color})` : color;

function styleOf(style: AnsiStyle): Record<string, string | undefined> {
  const [ink, paper] = style.inverse
    ? [style.background ?? 'var(--surface)', style.color ?? 'var(--text)']
    : [style.color, style.background];
  return { color: cssColor(ink), 'background-color': cssColor(paper) };
}

export function LogLineView(props: {
  line: LogLine;
  digits: number;
  showsTime: boolean;
  mark: 'none' | 'found' | 'linked';
  onChoose: () => void;
}) {
  return (
    <div class="log-line" classList={{ found: props.mark === 'found', linked: props.mark === 'linked' }} data-line={props.line.line + 1}>
      <a class="log-number" href={`?line=${props.line.line + 1}`} aria-label={`Link to line ${props.line.line + 1}`} tabindex="-1" style={{ width: `${props.digits + 2}ch` }}
        onClick={(event) => { event.preventDefault(); props.onChoose(); }}>{props.line.line + 1}</a>
      <Show when={props.showsTime}>
        <span class="log-time">{props.line.timeUs > 0 ? formatClock(props.line.timeUs) : ''}</span>
      </Show>
      <span class="log-text">
        <For each={parseAnsi(props.line.text)}>
          {(piece) => (
            <span style={styleOf(piece.style)}
              classList={{ bold: piece.style.bold, dim: piece.style.dim, italic: piece.style.italic, underline: piece.style.underline }}>
              {piece.text}
            </span>
          )}
        </For>
      </span>
    </div>
  );
}
