import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const REAL_WORLD = 'Time, chance and cryptography come from foundation/, so that a test can hold them in its hand.';

export default ts.config(
  { ignores: ['dist/**', 'src/generated/**', 'node_modules/**', 'project.inlang/**', 'sim/.built/**'] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    files: ['src/**/*.{ts,svelte}', 'sim/**/*.ts'],
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', 400],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'svelte/no-at-html-tags': 'error',
      // Stores hold immutable maps in $state.raw: replaced as a whole, never mutated under a screen.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-inline-styles': 'error',
      // Hash routes only: there is no SvelteKit to resolve them.
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  {
    files: ['src/**/*.{ts,svelte}'],
    ignores: ['src/foundation/**', 'src/**/*.test.ts', 'src/sw.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'crypto', message: REAL_WORLD },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: REAL_WORLD },
        { object: 'Math', property: 'random', message: REAL_WORLD },
        { object: 'window', property: 'crypto', message: REAL_WORLD },
        { object: 'globalThis', property: 'crypto', message: REAL_WORLD },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: REAL_WORLD },
      ],
    },
  },
  { files: ['scripts/**', 'sim/*.mjs', '*.config.*', '.dependency-cruiser.cjs'], languageOptions: { globals: globals.node } },
);
