// A text of Markdown. What reads it is loaded when the first one is shown; until then the text stands as it was written.
import { lazy, Suspense } from 'solid-js';
import './markdown.css';

const MarkdownTree = lazy(() => import('./markdown_tree'));

// `top`: the level of its first headings, below the page's own.
export function MarkdownText(props: { text: string; top: 2 | 3 }) {
  return (
    <div class="markdown">
      <Suspense fallback={<p class="markdown-plain">{props.text}</p>}><MarkdownTree text={props.text} top={props.top} /></Suspense>
    </div>
  );
}
