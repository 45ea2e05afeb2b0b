import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const nodeGlobals = Object.fromEntries(
  ['process', 'console', 'Buffer', 'URL', 'URLSearchParams', 'setTimeout', 'clearTimeout', 'setInterval',
    'clearInterval', 'fetch', 'performance', 'WebSocket', 'document', 'window', 'innerWidth', 'requestAnimationFrame', 'navigator', 'location', 'DOMParser', 'addEventListener', 'MouseEvent', 'PointerEvent'].map((name) => [name, 'readonly']),
);

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'src/api/schema.d.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // A typed array's element inside its bounds is never undefined; the checks this would ask for cost in hot loops.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Solid calls components and effects for their effect.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // Solid assigns refs in the markup.
      'no-unassigned-vars': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Only src/api talks to the server.' },
        { name: 'WebSocket', message: 'Only src/api talks to the server.' }],
      'no-restricted-properties': ['error', { property: 'innerHTML', message: 'Text is set as text.' }],
    },
  },
  { files: ['src/api/**'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['**/*.mjs'], languageOptions: { globals: nodeGlobals } },
  { files: ['public/*.js'], languageOptions: { sourceType: 'script', globals: { ...nodeGlobals, localStorage: 'readonly', matchMedia: 'readonly', location: 'readonly' } } },
);
