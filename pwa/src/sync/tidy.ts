/**
 * Makes an edit such that no server must refuse it for its form: whole characters, no control characters, the length
 * that the server takes. One half emoji would otherwise have a whole batch refused.
 */
import type { NewMutation, Version } from './types';
import { versionsOf } from './versions';

export const TEXT_MAX = 2_000;

/** NFC, half surrogate pairs replaced, control characters but line break and tab gone, cut at `max` characters. */
export function tidyText(text: string, max = TEXT_MAX): string {
  const clean = text
    .replace(/\p{Cs}/gu, '\uFFFD')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '')
    .normalize('NFC');
  const characters = [...clean];
  return characters.length > max ? characters.slice(0, max).join('') : clean;
}

/** Value and base as they are stored and sent. */
export function tidy(wish: NewMutation): { value: unknown; base: Version[] } {
  const given = wish.base === null ? [] : Array.isArray(wish.base) ? wish.base : [wish.base];
  return { value: tidyValue(wish.value), base: given.flatMap(versionsOf).filter(Boolean) };
}

function tidyValue(value: unknown): unknown {
  if (typeof value === 'string') return tidyText(value);
  if (Array.isArray(value)) return value.map(tidyValue);
  if (value === null || typeof value !== 'object') return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, tidyValue(one)]));
}
