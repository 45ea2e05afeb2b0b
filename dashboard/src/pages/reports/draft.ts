// A report while it is looked at or written: its blocks as signals. Looking around in its charts changes the draft alone;
// what is written is kept until it is saved or thrown away, also while other pages are open.
import { batch, createSignal, type Accessor, type Setter } from 'solid-js';
import type { StoredDocument } from '../../api/documents';
import type { JsonObject } from '../../api/types';
import { blockQuery, readReport, reportSpec, type Block, type UnknownBlock } from '../../lib/report';
import { user } from '../../state/session';
import { createParameters, type HeldParameters } from '../../state/view_parameters';

export interface TextDraft {
  kind: 'markdown';
  id: number;
  text: Accessor<string>;
  setText: Setter<string>;
}
export interface PanelsDraft {
  kind: 'panels';
  id: number;
  title: Accessor<string>;
  setTitle: Setter<string>;
  keys: Accessor<readonly string[]>;
  setKeys: (keys: readonly string[]) => void;
  parameters: HeldParameters;
}
export interface UnknownDraft {
  kind: 'unknown';
  id: number;
  block: UnknownBlock;
}
export type BlockDraft = TextDraft | PanelsDraft | UnknownDraft;

export interface Draft {
  // What it was made of, or saved as.
  base: Accessor<StoredDocument>;
  rebase: (saved: StoredDocument, spec: JsonObject) => void;
  name: Accessor<string>;
  setName: Setter<string>;
  blocks: Accessor<readonly BlockDraft[]>;
  // `made` is told of it before it is there.
  add: (kind: 'markdown' | 'panels', at: number, made: (id: number) => void) => void;
  move: (id: number, by: 1 | -1) => void;
  // What is returned puts it back to where it was.
  remove: (id: number) => () => void;
  spec: () => JsonObject;
  isChanged: () => boolean;
}

let lastId = 0;

function draftOf(block: Block): BlockDraft {
  lastId += 1;
  const id = lastId;
  if (block.kind === 'unknown') return { kind: 'unknown', id, block };
  if (block.kind === 'markdown') {
    const [text, setText] = createSignal(block.text);
    return { kind: 'markdown', id, text, setText };
  }
  const [title, setTitle] = createSignal(block.title);
  const [keys, setKeys] = createSignal<readonly string[]>(block.keys);
  return { kind: 'panels', id, title, setTitle, keys, setKeys: (next) => setKeys(() => next), parameters: createParameters(blockQuery(block.query)) };
}

function blockOf(draft: BlockDraft): Block {
  if (draft.kind === 'unknown') return draft.block;
  if (draft.kind === 'markdown') return { kind: 'markdown', text: draft.text() };
  return { kind: 'panels', title: draft.title().trim(), query: blockQuery(draft.parameters.text()), keys: [...draft.keys()] };
}

const kEmpty = { markdown: { kind: 'markdown', text: '' }, panels: { kind: 'panels', title: '', query: '', keys: [] } } as const;

export function createDraft(first: StoredDocument): Draft {
  const [name, setName] = createSignal(first.name);
  const [base, setBase] = createSignal(first);
  const [blocks, setBlocks] = createSignal<readonly BlockDraft[]>(readReport(first.spec).blocks.map(draftOf));
  const spec = (): JsonObject => reportSpec(blocks().map(blockOf));
  const [start, setStart] = createSignal(JSON.stringify([first.name, spec()]));
  const insert = (block: BlockDraft, at: number): void => void setBlocks((held) => held.toSpliced(at, 0, block));
  return {
    base, name, setName, blocks, spec,
    rebase: (saved, written) => batch(() => {
      setBase(saved);
      setStart(JSON.stringify([saved.name, written]));
    }),
    add: (kind, at, made) => {
      const empty = kEmpty[kind];
      const block = draftOf(empty.kind === 'panels' ? { ...empty, keys: [] } : { ...empty });
      made(block.id);
      insert(block, at);
    },
    move: (id, by) => setBlocks((held) => {
      const at = held.findIndex((block) => block.id === id);
      const to = at + by;
      return at < 0 || to < 0 || to >= held.length ? held : held.toSpliced(at, 1).toSpliced(to, 0, held[at]!);
    }),
    remove: (id) => {
      const at = blocks().findIndex((block) => block.id === id);
      const block = blocks()[at]!;
      setBlocks((held) => held.filter((one) => one.id !== id));
      return () => insert(block, Math.min(at, blocks().length));
    },
    isChanged: () => JSON.stringify([name().trim(), spec()]) !== start(),
  };
}

// Drafts that are written and not saved, by who writes (others may log in to this tab), project and report.
const unsaved = new Map<string, Draft>();
const writer = (): string => `${user()?.name ?? ''}\n`;
const keyOf = (project: string, id: string): string => `${writer()}${project}\n${id}`;
export const heldDraft = (project: string, id: string): Draft | null => unsaved.get(keyOf(project, id)) ?? null;
export const holdDraft = (project: string, draft: Draft): void => void unsaved.set(keyOf(project, draft.base().id), draft);
export const dropDraft = (project: string, id: string): void => void unsaved.delete(keyOf(project, id));
// Whether leaving the dashboard would lose something.
export const hasUnsaved = (): boolean => [...unsaved].some(([key, draft]) => key.startsWith(writer()) && draft.isChanged());
addEventListener('beforeunload', (event) => { if (hasUnsaved()) event.preventDefault(); });
