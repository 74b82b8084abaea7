/** A wording with nothing in it yet, and one as a version says it. */
import type { Version } from './desk.svelte';
import type { Wording } from '../smart';

export const empty = (): Wording => ({
  name_zh: '', name_en: '', short_zh: '', short_en: '', unit: '', direction: 'higher', target: null, threshold: null,
  source: '', frequency: '', rule: 'bands', bands: null, anchors: null,
});

export function wordingOf(one: Version): Wording {
  const { name_zh, name_en, short_zh, short_en, unit, direction, target, threshold, source, frequency, rule, bands, anchors } = one;
  return {
    name_zh, name_en, short_zh, short_en, unit, direction, target: target ?? null, threshold: threshold ?? null, source, frequency, rule,
    bands: bands ? [...bands] : null,
    anchors: anchors ? anchors.map((pair) => [...pair]) : null,
  };
}
