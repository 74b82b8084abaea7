// Compiles messages/<locale>.json to functions. One place for the options, so that the build, the tests and
// svelte-check see the same runtime. Paraglide compiles nothing and exits 0 when it cannot load its plugin,
// hence the count at the end.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from '@inlang/paraglide-js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const outdir = here('../src/generated/paraglide');

await compile({
  project: here('../project.inlang'),
  outdir,
  strategy: ['localStorage', 'preferredLanguage', 'baseLocale'],
  localStorageKey: 'gemba-locale',
  isServer: 'false',
  disableAsyncLocalStorage: true,
  emitReadme: false,
});

const wanted = Object.keys(JSON.parse(readFileSync(here('../messages/zh-CN.json'), 'utf8'))).filter((key) => key !== '$schema');
const index = readFileSync(`${outdir}/messages/_index.js`, 'utf8');
const lost = wanted.filter((key) => !index.includes(key));
if (lost.length) {
  console.error(`${lost.length} messages were not compiled, the first is ${lost[0]}`);
  process.exit(1);
}
console.log(`${wanted.length} messages compiled`);
