// Files: the artifacts of a project, and what a run has of them.
export { ArtifactPages } from '../pages/artifacts/artifact_pages';
export { ArtifactsTab } from '../pages/run/artifacts_tab';
export { FilesTab } from '../pages/run/files_tab';
