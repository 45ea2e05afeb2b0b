// Media: of one run, and the panels that a project's charts have under them.
export { MediaPanels, StepNote } from '../components/media/media_panels';
export { MediaTab } from '../pages/run/media_tab';
