/**
 * Builds the client for the simulation: the product's sources as they are, one script, not minified. With `--planted`
 * the known bugs of planted.mjs are woven in, each asleep until a tab is opened with its name.
 */
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';
import { weave } from './planted.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const planted = process.argv.includes('--planted');

await build({
  configFile: false,
  root: here('..'),
  publicDir: false,
  logLevel: 'error',
  plugins: [svelte(), ...(planted ? [weave()] : [])],
  resolve: { conditions: ['browser'] },
  define: { 'import.meta.env.DEV': 'false' },
  build: {
    outDir: here('.built'),
    emptyOutDir: false,
    minify: false,
    target: 'es2022',
    lib: { entry: here('entry.ts'), formats: ['iife'], name: 'client', fileName: () => (planted ? 'planted.js' : 'client.js') },
    rolldownOptions: { output: { codeSplitting: false } },
  },
});
