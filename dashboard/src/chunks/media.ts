// Media: of one run, and of those that a project's charts draw.
export { WorkspaceMedia } from '../pages/project/workspace_media';
export { MediaTab } from '../pages/run/media_tab';
