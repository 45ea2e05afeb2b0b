// The artifacts of a project: all of them, one with its versions, or one version.
import { Match, Switch } from 'solid-js';
import type { Place } from '../../lib/route';
import { ArtifactListPage } from './artifact_list_page';
import { CollectionPage } from './collection_page';
import { VersionPage } from './version_page';
import './artifacts.css';

type ArtifactPlace = Extract<Place, { page: 'artifacts' | 'artifact' | 'artifact-version' }>;

function placeOf<P extends ArtifactPlace['page']>(place: ArtifactPlace, page: P): Extract<ArtifactPlace, { page: P }> | undefined {
  return place.page === page ? (place as Extract<ArtifactPlace, { page: P }>) : undefined;
}

export function ArtifactPages(props: { place: ArtifactPlace }) {
  return (
    <Switch>
      <Match when={placeOf(props.place, 'artifacts')}>{(here) => <ArtifactListPage project={here().project} />}</Match>
      <Match when={placeOf(props.place, 'artifact')}>{(here) => <CollectionPage project={here().project} name={here().name} />}</Match>
      <Match when={placeOf(props.place, 'artifact-version')}>
        {(here) => <VersionPage project={here().project} name={here().name} version={here().version} tab={here().tab} />}
      </Match>
    </Switch>
  );
}
