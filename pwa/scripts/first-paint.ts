/** What makes the first screen come fast on a cheap phone: one file, compiled while it streams in. See ADR 0014. */
import { readFileSync, writeFileSync } from 'node:fs';
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

/**
 * Tells V8 to compile every function of the first file on its background thread. Without it some 660 functions are
 * compiled one by one on the main thread when they first run: a third of a cold start, and most of a first tap.
 * Only the very first line of a file counts, and the bundler writes there itself: hence after it has written.
 */
export const compileAtOnce: Plugin = {
  name: 'gemba-compile-at-once',
  writeBundle({ dir = '' }, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk' || chunk.name !== 'main') continue;
      const file = `${dir}/${chunk.fileName}`;
      writeFileSync(file, `//# allFunctionsCalledOnLoad\n${readFileSync(file, 'utf8')}`);
    }
  },
};

/** boot.js is not built, but what it says to its readers need not travel to every phone: a third of its bytes. */
export const bootWithoutWords: Plugin = {
  name: 'gemba-boot-without-words',
  writeBundle({ dir = '' }) {
    const lines = readFileSync(`${dir}/boot.js`, 'utf8').split('\n');
    writeFileSync(`${dir}/boot.js`, lines.map((line) => line.trim()).filter((line) => !/^(\/\/|\/\*\*)/.test(line)).join('\n'));
  },
};

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
