// The tooltip that all charts of a report share.
import { TooltipLayer } from '../../components/panels/tooltip';

export default function ChartTooltip() {
  return <TooltipLayer />;
}
