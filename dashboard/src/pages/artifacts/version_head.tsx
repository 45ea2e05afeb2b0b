import { createMemo, Show, type JSX } from 'solid-js';
import { changeVersion, removeAlias, setAlias, type ArtifactVersion, type VersionChange } from '../../api/artifacts';
import { ChipEditor } from '../../components/chip_editor';
import { CodeBlock, CopyButton } from '../../components/copy';
import { EditableText } from '../../components/editable_text';
import { Icon } from '../../components/icons';
import { formatCount, formatDateTime } from '../../lib/format';
import { attempt, deleteVersionWithUndo, ownAliases, type DeletionEnds } from '../../state/artifact_actions';
import { createClock } from '../../state/clock';
import { createRunNames } from '../../state/run_names';
import { RunLink, sizeText, When } from './parts';

function Fact(props: { name: string; children: JSX.Element }) {
  return <div><dt>{props.name}</dt><dd>{props.children}</dd></div>;
}

interface Props {
  version: ArtifactVersion;
  mayWrite: boolean;
  onChange: (changed: ArtifactVersion) => void;
  ends: DeletionEnds;
}

export function VersionHead(props: Props) {
  const change = (what: string, work: () => Promise<ArtifactVersion>): Promise<boolean> => attempt(what, async () => {
    props.onChange(await work());
  });
  const edit = (what: string, wish: VersionChange): Promise<boolean> => change(what, () => changeVersion(props.version.id, wish));
  const name = () => `${props.version.project}/${props.version.name}:${props.version.version}`;
  return (
    <header class="run-header">
      <div class="run-title">
        <h1 class="ellipsis" title={name()}>{props.version.name}:{props.version.version}</h1>
        <span class="tag">{props.version.type}</span>
        <span class="json-space" />
        <Show when={props.mayWrite}>
          <button type="button" class="button" onClick={() => void deleteVersionWithUndo(props.version, props.ends)}><Icon name="trash" />Delete</button>
        </Show>
      </div>
      <EditableText label="description of the version" text={props.version.description} empty={props.mayWrite ? 'No description.' : ''} mayEdit={props.mayWrite} maxLength={65_536}
        save={(description) => edit('The description was not saved', { description })} />
      <div class="version-names">
        <span class="muted">Aliases</span>
        <ChipEditor word="alias" items={props.version.aliases} fixed={['latest']} mayEdit={props.mayWrite} maxLength={128}
          add={(alias) => change(`The alias ${alias} was not set`, () => setAlias(props.version.id, alias))}
          remove={(alias) => change(`The alias ${alias} was not taken away`, () => removeAlias(props.version.id, alias))} />
        <span class="muted">Tags</span>
        <ChipEditor word="tag" items={props.version.tags} mayEdit={props.mayWrite} maxLength={128}
          add={(tag) => edit(`The tag ${tag} was not added`, { add_tags: [tag] })}
          remove={(tag) => edit(`The tag ${tag} was not taken away`, { remove_tags: [tag] })} />
      </div>
      <VersionFacts version={props.version} />
      <CodeBlock code={`tracker artifact get ${name()}`} label="download command" prompt />
    </header>
  );
}

function VersionFacts(props: { version: ArtifactVersion }) {
  const now = createClock(30_000);
  const names = createRunNames(() => props.version.project, createMemo(() => [props.version.run]));
  return (
    <dl class="run-facts">
      <Fact name="Size">{sizeText(props.version.sizeBytes)}</Fact>
      <Fact name="New">{sizeText(props.version.addedBytes)}</Fact>
      <Fact name="Files">{formatCount(props.version.files)}</Fact>
      <Fact name="Created"><When timeUs={props.version.createdUs} nowUs={now()} /></Fact>
      <Fact name="By run"><RunLink run={props.version.run} name={props.version.run === null ? null : names(props.version.run)} /></Fact>
      <Show when={props.version.expiresUs}>
        {(at) => <Fact name="Lives until">{formatDateTime(at())}{ownAliases(props.version).length > 0 ? ', longer while it has an alias' : ''}</Fact>}
      </Show>
      <Fact name="Digest">
        <span class="run-id"><code>{props.version.digest.slice(0, 12)}</code><CopyButton text={props.version.digest} label="Copy the SHA-256 of the manifest" /></span>
      </Fact>
    </dl>
  );
}
