// Light, dark, or as the system says. The choice is kept in this browser; public/start.js applies it before the paint.
import { createSignal } from 'solid-js';
import type { Theme } from '../lib/palette';

export type ThemeChoice = 'system' | Theme;

const kStorageKey = 'tracker.theme';
const systemDark = matchMedia('(prefers-color-scheme: dark)');

function storedChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(kStorageKey);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

const [choice, setChoice] = createSignal<ThemeChoice>(storedChoice());
const [systemTheme, setSystemTheme] = createSignal<Theme>(systemDark.matches ? 'dark' : 'light');

export const themeChoice = choice;
export const theme = (): Theme => {
  const chosen = choice();
  return chosen === 'system' ? systemTheme() : chosen;
};

const apply = (): void => {
  document.documentElement.dataset.theme = theme();
};

systemDark.addEventListener('change', () => {
  setSystemTheme(systemDark.matches ? 'dark' : 'light');
  apply();
});

export function chooseTheme(next: ThemeChoice): void {
  setChoice(next);
  apply();
  try {
    if (next === 'system') localStorage.removeItem(kStorageKey);
    else localStorage.setItem(kStorageKey, next);
  } catch {
    // Storage may be forbidden; the choice then holds until the page is left.
  }
}
