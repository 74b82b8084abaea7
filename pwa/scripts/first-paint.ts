/** What makes the first screen come fast on a cheap phone: one file, and a look at the database before it. See ADR 0014. */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/**
 * What the first paint needs comes as one file: the bundler's own split put the run-time that all screens share into
 * a second one, a round through the worker more on a cold start. Messages are left to it, since one index names them
 * all and each should lie with the screen that says it.
 */
const firstPaint = new Set<string>();

export const isFirstPaint = (id: string): boolean => firstPaint.has(id);

export function findFirstPaint(entry: string): Plugin {
  return {
    name: 'gemba-first-paint',
    buildEnd() {
      const visit = (id: string): void => {
        if (firstPaint.has(id) || id.includes('/paraglide/messages')) return;
        firstPaint.add(id);
        this.getModuleInfo(id)?.importedIds.forEach(visit);
      };
      visit(entry);
    },
  };
}

const BOOT = '<script vite-ignore src="/src/db/boot-first.js"></script>';

/**
 * boot-first.js is not built, but what it says to its readers need not travel to every phone: a third of its bytes. It
 * stands in the page and runs before anything else, while the rest is on its way; the server allows it by its hash.
 */
export function bootFirst(file: string): Plugin {
  return {
    name: 'gemba-boot-first',
    apply: 'build',
    transformIndexHtml: {
      order: 'pre',
      handler(html) {
        const lines = readFileSync(file, 'utf8').split('\n').map((line) => line.trim());
        const source = lines.filter((line) => !/^(\/\/|\/\*\*)/.test(line)).join('\n');
        if (!html.includes(BOOT) || source.includes('</')) throw new Error('no place for boot-first.js in the page');
        return html.replace(BOOT, () => `<script>${source}</script>`);
      },
    },
  };
}

const ERROR_AT_LOAD = /new \(class StaleReactionError extends Error \{\s*(name) = ('[^']*');\s*(message) = ('[^']*');\s*\}\)\(\)/;

/**
 * Svelte makes an Error while it loads, the reason of its aborted signals, and compares it by identity. With a debugger
 * or a browser test attached its stack is taken, for which V8 parses the whole first file again: 50 ms and more at a
 * quarter of the speed, all of it an artefact of being watched. The same reason without a stack costs nothing.
 */
export const noStackAtLoad: Plugin = {
  name: 'gemba-no-stack-at-load',
  transform: {
    filter: { id: /svelte\/src\/internal\/client\/constants\.js$/ },
    handler(code) {
      if (!ERROR_AT_LOAD.test(code)) this.error('Svelte no longer makes its StaleReactionError as it did: look again');
      return code.replace(ERROR_AT_LOAD, 'Object.assign(Object.create(Error.prototype), { $1: $2, $3: $4 })');
    },
  },
};

const LATE_WINDOW = [
  ['export var $window;', 'export var $window = globalThis.window;'],
  ['export var $document;', 'export var $document = globalThis.document;'],
  ['if ($window !== undefined) {', 'if (first_child_getter !== undefined) {'],
  ['$window = window;', ''],
  ['$document = document;', ''],
] as const;

/** Svelte sets two exports at the first mount; lazily loaded parts take what is exported once (classic-start.ts). */
export const windowAtLoad: Plugin = {
  name: 'gemba-window-at-load',
  transform: {
    filter: { id: /svelte\/src\/internal\/client\/dom\/operations\.js$/ },
    handler(code) {
      return LATE_WINDOW.reduce((text, [was, now]) => {
        if (text.split(was).length !== 2) this.error(`Svelte no longer says "${was}" once: look again`);
        return text.replace(was, now);
      }, code);
    },
  },
};
