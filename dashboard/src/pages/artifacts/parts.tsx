// What the pages of artifacts share.
import { For, Show, type JSX } from 'solid-js';
import type { ArtifactVersion } from '../../api/artifacts';
import { formatAgo, formatDateTime, formatJson } from '../../lib/format';
import { flatten } from '../../lib/flatten';
import { runPath, versionPath } from '../../lib/route';
import { formatWithUnit } from '../../lib/units';
import './artifacts.css';

export const sizeText = (bytes: number): string => formatWithUnit(bytes, 'bytes', 3);

export function When(props: { timeUs: number; nowUs: number }) {
  return <span class="nowrap" title={formatDateTime(props.timeUs)}>{formatAgo(props.timeUs, props.nowUs)}</span>;
}

export function Chips(props: { items: readonly string[]; none?: string }) {
  return (
    <span class="tag-list">
      <For each={props.items} fallback={<span class="faint">{props.none ?? '–'}</span>}>{(item) => <span class="tag" title={item}>{item}</span>}</For>
    </span>
  );
}

export function RunLink(props: { run: string | null; name: string | null }) {
  return (
    <Show when={props.run} fallback={<span class="faint">–</span>}>
      {(run) => <a class="link ellipsis" href={runPath(run())} title={props.name ?? run()}>{props.name ?? run().slice(0, 8)}</a>}
    </Show>
  );
}

export function VersionLink(props: { version: ArtifactVersion; withName?: boolean; withProject?: string }) {
  const text = (): string => (props.withName ? `${props.version.name}:${props.version.version}` : props.version.version);
  // One of another project than the page's says so.
  const from = (): string => (props.withProject !== undefined && props.withProject !== props.version.project ? `${props.version.project}/` : '');
  return <a class="link version-link" href={versionPath(props.version.project, props.version.name, props.version.version)}>{from()}{text()}</a>;
}

const kMetadataShown = 4;

// The first leaves in one line.
export function MetadataLine(props: { version: ArtifactVersion }) {
  const leaves = () => [...flatten(props.version.metadata)].map(([name, value]) => `${name} ${formatJson(value)}`);
  return (
    <Show when={leaves().length > 0} fallback={<span class="faint">–</span>}>
      <span class="metadata-line" title={leaves().join('\n')}>
        {leaves().slice(0, kMetadataShown).join(' · ')}{leaves().length > kMetadataShown ? ` · ${leaves().length - kMetadataShown} more` : ''}
      </span>
    </Show>
  );
}

// A table that may be wider than its place: it scrolls for itself, and the keyboard reaches it.
export function ScrolledTable(props: { label: string; children: JSX.Element }) {
  return (
    <div class="artifact-scroll" tabindex="0" role="group" aria-label={props.label}>
      <table class="artifact-table">{props.children}</table>
    </div>
  );
}
