// "?": what the keyboard can do.
import { For, onMount } from 'solid-js';
import { Icon } from './icons';
import './command_palette.css';

const kSheets: readonly { title: string; keys: readonly (readonly [keys: string, what: string])[] }[] = [
  { title: 'Everywhere', keys: [
    ['Ctrl K', 'search projects, runs, metrics and pages'], ['/', 'go to the filter or query of the page'], ['?', 'this sheet'],
    ['g then p', 'all projects'], ['g then c', 'charts of the project'], ['g then r', 'runs of the project'], ['g then d', 'compare (differences)'], ['g then o', 'reports of the project'], ['g then a', 'artifacts of the project'], ['Esc', 'close what is open'],
  ] },
  { title: 'A chart that has the focus', keys: [
    ['← →', 'move the crosshair'], ['Shift ← →', 'pan'], ['+ −', 'zoom'], ['0', 'show everything'], ['l', 'y axis: linear, logarithmic, symlog'],
  ] },
  { title: 'A run of the table that has the focus', keys: [
    ['j k or ↑ ↓', 'next and previous run'], ['x', 'select'], ['p', 'pin'], ['h', 'draw its lines or not'],
    ['e', 'rename'], ['t', 'tags'], ['n', 'notes'], ['Del', 'delete it, or all that are selected'],
  ] },
  { title: 'With the pointer', keys: [
    ['drag', 'zoom x, on all charts of the axis'], ['double click', 'show everything'], ['Ctrl or Alt and wheel', 'zoom at the pointer'],
    ['Shift and click on a heading', 'sort by this column too'],
  ] },
  { title: 'A report that is written', keys: [['Alt ↑ ↓', 'move the block'], ['Ctrl S', 'save']] },
  { title: 'A lineage graph', keys: [['← →', 'what it came from, what came of it'], ['↑ ↓', 'the neighbour above or below'], ['Enter', 'open the run or version']] },
  { title: 'A panel in the whole window', keys: [['← →', 'previous and next panel'], ['Esc', 'back']] },
];

export function HelpSheet(props: { close: () => void }) {
  let dialog!: HTMLDialogElement;
  onMount(() => dialog.showModal());
  return (
    <dialog ref={dialog} class="help-sheet" aria-labelledby="help-title" onClose={() => props.close()}
      onClick={(event) => { if (event.target === dialog) props.close(); }}>
      <div class="help-head">
        <h2 id="help-title">Keys</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={() => props.close()}><Icon name="close" /></button>
      </div>
      <For each={kSheets}>
        {(sheet) => (
          <section aria-label={sheet.title}>
            <h3>{sheet.title}</h3>
            <dl><For each={sheet.keys}>{([keys, what]) => <><dt><kbd>{keys}</kbd></dt><dd>{what}</dd></>}</For></dl>
          </section>
        )}
      </For>
    </dialog>
  );
}
