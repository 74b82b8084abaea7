// Joins messages/parts/<locale>/<room>.json into messages/<locale>.json: each room keeps its own words,
// the compiler wants one file for a language. Stops on a key that two rooms claim or that one language lacks.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LOCALES = ['zh-CN', 'en'];
const folder = fileURLToPath(new URL('../messages/', import.meta.url));

export function mergeLocale(locale) {
  const words = new Map();
  const rooms = readdirSync(`${folder}parts/${locale}`).filter((name) => name.endsWith('.json')).sort();
  for (const room of rooms) {
    const part = JSON.parse(readFileSync(`${folder}parts/${locale}/${room}`, 'utf8'));
    for (const [key, text] of Object.entries(part)) {
      if (words.has(key)) throw new Error(`${locale}/${room}: ${key} is already a message of another room`);
      words.set(key, text);
    }
  }
  return words;
}

const merged = new Map(LOCALES.map((locale) => [locale, mergeLocale(locale)]));
const everyKey = new Set([...merged.values()].flatMap((words) => [...words.keys()]));
const missing = LOCALES.flatMap((locale) =>
  [...everyKey].filter((key) => !merged.get(locale).has(key)).map((key) => `${locale}: ${key}`),
);
for (const [locale, words] of merged) {
  const sorted = Object.fromEntries([...words].sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(`${folder}${locale}.json`, `${JSON.stringify(sorted, null, 2)}\n`);
}
if (missing.length) {
  console.error(`messages without a translation:\n  ${missing.join('\n  ')}`);
  process.exit(1);
}
