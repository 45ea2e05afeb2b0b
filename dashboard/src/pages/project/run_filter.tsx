import { Icon } from '../../components/icons';
import type { RunSet } from '../../state/run_set';

export function RunFilter(props: { set: RunSet }) {
  return (
    <div class="search">
      <Icon name="search" />
      <input class="input" type="search" placeholder="Filter runs" value={props.set.filter()}
        aria-label="Filter runs by any text, or state: tag: group: name:"
        title="Words must all match. state:running tag:baseline group:seeds name:exp look at one field."
        onInput={(event) => props.set.setFilter(event.currentTarget.value)} />
    </div>
  );
}
