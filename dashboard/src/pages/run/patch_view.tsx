// A diff, file by file. Signs stand before the lines, so that colour is not all that tells them apart; all text is set as text.
import { createMemo, createSignal, For, Show, untrack } from 'solid-js';
import { CopyButton } from '../../components/copy';
import { Icon } from '../../components/icons';
import { plural } from '../../lib/format';
import { parsePatch, type PatchFile } from '../../lib/patch';
import './patch_view.css';

// Files of a small diff are open at first.
const kOpenUpTo = 5;
const kLinesAtOnce = 2000;

export function PatchView(props: { name: string; text: string }) {
  const files = createMemo(() => parsePatch(props.text));
  const sum = (of: (file: PatchFile) => number): number => files().reduce((total, file) => total + of(file), 0);
  return (
    <section class="card patch" aria-label={`Preview of ${props.name}`}>
      <div class="card-head">
        <h2 class="ellipsis">{props.name}</h2>
        <span class="faint">{plural(files().length, 'file')}, {sum((file) => file.added)} added, {sum((file) => file.removed)} removed</span>
        <span class="json-space" />
        <CopyButton text={props.text} label={`Copy ${props.name}`} />
      </div>
      <For each={files()} fallback={<pre class="preview-text" tabindex="0" role="region" aria-label={`Text of ${props.name}`}>{props.text}</pre>}>
        {(file) => <PatchPart file={file} isOpen={files().length <= kOpenUpTo} />}
      </For>
    </section>
  );
}

function PatchPart(props: { file: PatchFile; isOpen: boolean }) {
  const [isOpen, setOpen] = createSignal(untrack(() => props.isOpen));
  const [most, setMost] = createSignal(kLinesAtOnce);
  return (
    <div class="patch-file">
      <button type="button" class="patch-head" aria-expanded={isOpen()} onClick={() => setOpen(!isOpen())}>
        <Icon name="chevron" /><span class="ellipsis">{props.file.path}</span>
        <span class="patch-count added">+{props.file.added}</span><span class="patch-count removed">−{props.file.removed}</span>
      </button>
      <Show when={isOpen()}>
        <pre class="patch-lines" tabindex="0" role="region" aria-label={`Changes of ${props.file.path}`}>
          <For each={props.file.lines.slice(0, most())}>{(line) => <span class={`patch-line ${line.kind}`}>{`${line.text}\n`}</span>}</For>
        </pre>
        <Show when={props.file.lines.length > most()}>
          <p class="artifact-more"><button type="button" class="button" onClick={() => setMost(most() + kLinesAtOnce)}>More of {plural(props.file.lines.length, 'line')}</button></p>
        </Show>
      </Show>
    </div>
  );
}
