// The icons, 16 × 16, drawn in the colour of the text around them. They are decoration: names stand beside them.
import { For } from 'solid-js';

const kPaths = {
  projects: ['M2 4.5a1.5 1.5 0 0 1 1.5-1.5h3l1.5 2h4.5A1.5 1.5 0 0 1 14 6.5v5a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 2 11.5z'],
  charts: ['M2 2v12h12', 'M4.5 10c2 0 2.5-5 4.5-5s2.5 3 5 3'],
  table: ['M2 3.5h12v9H2z', 'M2 6.5h12M2 9.5h12M6.5 3.5v9'],
  start: ['M3 3l5 5-5 5M9 13h5'],
  search: ['M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6L14 14'],
  eye: ['M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z', 'M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z'],
  eyeOff: ['M2 2l12 12', 'M6.3 3.8A6.6 6.6 0 0 1 8 3.5c4 0 6.5 4.5 6.5 4.5a12 12 0 0 1-2 2.5M4 5.2A11.5 11.5 0 0 0 1.5 8S4 12.5 8 12.5a6.5 6.5 0 0 0 2.8-.6'],
  expand: ['M9.5 2.5h4v4M13.5 2.5L9 7M6.5 13.5h-4v-4M2.5 13.5L7 9'],
  close: ['M3.5 3.5l9 9M12.5 3.5l-9 9'],
  copy: ['M5.5 5.5h8v8h-8z', 'M10.5 5.5v-3h-8v8h3'],
  check: ['M3 8.5l3.2 3.2L13 5'],
  chevron: ['M6 3.5L10.5 8 6 12.5'],
  down: ['M4 6l4 4 4-4'],
  up: ['M4 10l4-4 4 4'],
  columns: ['M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10'],
  sun: ['M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6z', 'M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7'],
  moon: ['M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z'],
  system: ['M2 3h12v8H2zM5.5 14h5M8 11v3'],
  reset: ['M3 8a5 5 0 1 0 1.6-3.7L3 5.8', 'M3 2.5v3.3h3.3'],
  alert: ['M8 2L14.5 13.5h-13zM8 6.5v3.2M8 11.7v.1'],
  stop: ['M4.5 4.5h7v7h-7z'],
  cross: ['M4 4l8 8M12 4l-8 8'],
  list: ['M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1'],
  download: ['M8 2.5v7M4.8 6.6L8 9.8l3.2-3.2M3 13h10'],
  sliders: ['M2.5 4.5h7M12.5 4.5h1M2.5 11.5h1M6.5 11.5h7', 'M11 6a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM5 13a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z'],
  compare: ['M8 2v12', 'M2.5 4.5h3v7h-3zM10.5 4.5h3v7h-3z'],
  trash: ['M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9'],
  pin: ['M8 9.5v4.5M5 2.5h6M5.8 2.5v4L4 9.5h8l-1.8-3v-4'],
  pencil: ['M10.8 2.7l2.5 2.5-7.6 7.6-3.2.7.7-3.2z'],
  tag: ['M2.5 2.5h5l6 6-5 5-6-6z', 'M5.5 5.5v.1'],
  lock: ['M4 7h8v6.5H4z', 'M5.5 7V5a2.5 2.5 0 0 1 5 0v2'],
  group: ['M2.5 2.5h5v5h-5zM8.5 8.5h5v5h-5zM10 3.5h3v3M6 12.5H3v-3'],
  link: ['M6.8 9.2l2.4-2.4M7.2 4.8l1.4-1.4a2.6 2.6 0 0 1 4 4l-1.4 1.4M8.8 11.2l-1.4 1.4a2.6 2.6 0 0 1-4-4l1.4-1.4'],
  help: ['M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.2 6.3a1.9 1.9 0 1 1 2.6 1.9c-.6.3-.8.6-.8 1.2M8 11.5v.1'],
  expression: ['M6.8 13.5c1.6 0 1.6-1.4 2-5.5s.5-5.5 2.2-5.5M5.8 6.5h5', 'M2.5 9.5l3 4M5.5 9.5l-3 4'],
  box: ['M8 1.8l5.5 3v6.4L8 14.2l-5.5-3V4.8z', 'M2.5 4.8L8 7.8l5.5-3M8 7.8v6.4'],
  file: ['M4 2h5l3 3v9H4z', 'M9 2v3h3'],
  folder: ['M2 4.5a1 1 0 0 1 1-1h3l1.5 1.5H13a1 1 0 0 1 1 1V12a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z'],
  image: ['M2.5 3h11v10h-11z', 'M2.5 11l3.5-3.5 2.5 2.5 2-2 3 3M10.5 6.2v.1'],
  plus: ['M8 3.5v9M3.5 8h9'],
  bookmark: ['M4 2.5h8v11l-4-3-4 3z'],
  report: ['M3 2h10v12H3z', 'M5.5 5h5M5.5 7.5h5M5.5 11.5v-1.2M8 11.5V9.8M10.5 11.5v-1'],
  follow: ['M8 2.5v8M4.5 7.5L8 11l3.5-3.5M3 13.5h10'],
} as const;

export type IconName = keyof typeof kPaths;

export function Icon(props: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <For each={kPaths[props.name]}>{(path) => <path d={path} />}</For>
    </svg>
  );
}
