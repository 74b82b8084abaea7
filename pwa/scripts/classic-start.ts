/**
 * The first file as a classic script. Chromium keeps the compiled code of a classic script with the file when the worker
 * stores it, and reads it beside the main thread; a module it compiles anew on each cold start. See ADR 0014.
 *
 * The style of the first screen stands in the page: a request less before it can be drawn.
 *
 * The file's exports go on a global; a module of the bundler's own name hands them on to lazily loaded parts, which so
 * share one run-time with it. That module takes each value once, so no export may change later: the build looks.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseForESLint } from '@typescript-eslint/parser';
import type { Plugin } from 'vite';

/** Settled while the first file runs, before any lazy part can be there. */
const SETTLED_AT_START = ['getLocale'];

/** Only the very first line of a file counts: V8 compiles every function while the file streams in, on a first visit. */
const COMPILE_AT_ONCE = '//# allFunctionsCalledOnLoad';
const MANIFEST = /\s*<link rel="manifest"[^>]*>/;
const STYLE = /<link rel="stylesheet" crossorigin href="([^"]*)">/;
const GLOBAL = 'globalThis.gembaStart';

interface Exports {
  /** [name in the file, exported name] */
  names: [string, string][];
  /** Where the statement begins. */
  at: number;
  /** Names in the file that a function writes to. */
  changing: string[];
}

function exportsOf(code: string): Exports {
  const { ast, scopeManager } = parseForESLint(code, { sourceType: 'module', range: true });
  const last = ast.body.at(-1);
  if (last?.type !== 'ExportNamedDeclaration' || ast.body.some(({ type }) => type === 'ImportDeclaration'))
    throw new Error('the first file imports, or does not end with its exports');
  const names = last.specifiers.map(({ local, exported }): [string, string] => {
    if (local.type !== 'Identifier' || exported.type !== 'Identifier') throw new Error('an export without a plain name');
    return [local.name, exported.name];
  });
  const [module] = scopeManager.globalScope?.childScopes ?? [];
  const changing = names.flatMap(([local]) =>
    module?.set.get(local)?.references.some((one) => one.isWrite() && !one.init && one.from.variableScope !== module) ? [local] : [],
  );
  return { names, at: last.range[0], changing };
}

export const classicStart: Plugin = {
  name: 'gemba-classic-start',
  apply: 'build',
  // What this file does to the first one belongs to that one's name.
  augmentChunkHash: ({ name }) => (name === 'main' ? readFileSync(import.meta.filename, 'utf8') : undefined),
  writeBundle: {
    order: 'post',
    handler({ dir = '' }, bundle) {
      const chunk = Object.values(bundle).find((one) => one.type === 'chunk' && one.name === 'main');
      if (!chunk) this.error('there is no first file');
      const code = readFileSync(`${dir}/${chunk.fileName}`, 'utf8');
      const { names, at, changing } = exportsOf(code);
      if (changing.length > SETTLED_AT_START.length)
        this.error(`${changing.join(', ')}: exports that change, beside ${SETTLED_AT_START.join()}; lazy parts would not see it`);
      // The bundler's helper names itself only where the browser resolves names for it.
      const body = code.slice(0, at).replaceAll('import.meta', '({url:location.href})');
      const handed = names.map(([local, name]) => `${name}:${local}`).join();
      const start = `${COMPILE_AT_ONCE}\n(()=>{"use strict";${body};${GLOBAL}={${handed}}})();\n`;
      const file = `assets/start-${createHash('sha256').update(start).digest('base64url').slice(0, 8)}.js`;
      writeFileSync(`${dir}/${file}`, start);
      const taken = names.map(([, name], n) => `_${n}=s.${name}`).join();
      writeFileSync(`${dir}/${chunk.fileName}`, `const s=${GLOBAL},${taken};export{${names.map(([, name], n) => `_${n} as ${name}`).join()}};\n`);
      const page = readFileSync(`${dir}/index.html`, 'utf8');
      const tag = `<script type="module" crossorigin src="/${chunk.fileName}"></script>`;
      if (!page.includes(tag)) this.error(`the page does not say ${tag}`);
      const style = STYLE.exec(page);
      const css = style?.[1] && readFileSync(`${dir}${style[1]}`, 'utf8').trim();
      if (!css || css.includes('</')) this.error('the page has no style that could stand in it');
      // The manifest is named by main.ts, when the first screen is drawn.
      const whole = page
        .replace(tag, `<script defer src="/${file}"></script>`)
        .replace(STYLE, () => `<style>${css}</style>`)
        .replace(MANIFEST, '');
      writeFileSync(`${dir}/index.html`, whole);
    },
  },
};
