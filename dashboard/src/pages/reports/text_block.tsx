import { Show } from 'solid-js';
import { MarkdownText } from '../../components/markdown/markdown_text';
import { takeFocus } from './block_focus';
import type { TextDraft } from './draft';

const kLeastRows = 6;
const kMostRows = 28;

// To write, the text stands beside what it will look like.
export function TextBlock(props: { block: TextDraft; writing: boolean }) {
  const rows = () => Math.max(kLeastRows, Math.min(kMostRows, props.block.text().split('\n').length + 1));
  return (
    <Show when={props.writing} fallback={<div class="report-text"><MarkdownText text={props.block.text()} top={2} /></div>}>
      <div class="text-editor">
        <textarea ref={(field) => takeFocus(props.block.id, field)} class="input text-source" rows={rows()} aria-label="Text, in Markdown" placeholder={'## What was tried\n\nText in **Markdown**: headings, lists, tables, links, `code`.'}
          value={props.block.text()} onInput={(event) => props.block.setText(event.currentTarget.value)} />
        <div class="report-text text-preview" role="group" aria-label="Preview">
          <Show when={props.block.text().trim() !== ''} fallback={<p class="faint">What is written shows here.</p>}><MarkdownText text={props.block.text()} top={2} /></Show>
        </div>
      </div>
    </Show>
  );
}
