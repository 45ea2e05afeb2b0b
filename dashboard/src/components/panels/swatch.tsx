import { lineStyle, type RunColor } from '../../lib/palette';
import { theme } from '../../state/theme';

// A run's line as it is drawn: colour and dash.
export function Swatch(props: { color: RunColor }) {
  const style = () => lineStyle(props.color, theme());
  return (
    <svg class="swatch" viewBox="0 0 16 8" width="16" height="8" aria-hidden="true">
      <line x1="1" y1="4" x2="15" y2="4" stroke={style().color} stroke-width="3" stroke-linecap={style().dash.length > 0 ? 'butt' : 'round'}
        stroke-dasharray={style().dash.map((length) => length * 0.75).join(' ')} />
    </svg>
  );
}
