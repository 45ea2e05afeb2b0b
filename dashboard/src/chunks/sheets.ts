// What the keys of every page open.
export { CommandPalette } from '../components/command_palette';
export { HelpSheet } from '../components/help_sheet';
