/** Names of a form's lines and of people, in the language of the screen. */
import { m } from '../generated/paraglide/messages.js';
import { getLocale } from '../generated/paraglide/runtime.js';
import type { EvaluationRow, FormLine } from '../sync/types';
import { pick } from '../ui/words';

const ROOM = { zh: 8, en: 18 };

/** The name where it fits in a row of the scoring page, else the short one. The full name is in the evidence sheet. */
export function lineName(line: FormLine): string {
  const full = fullName(line);
  return full.length <= (getLocale() === 'en' ? ROOM.en : ROOM.zh) ? full : shortName(line);
}

export const fullName = (line: FormLine): string => pick(line.name_zh, line.name_en);
export const shortName = (line: FormLine): string => pick(line.short_zh, line.short_en) || fullName(line);
/** 一级, 二级; English has no such word beside a job. */
export function levelName(row: EvaluationRow): string {
  if (!row.level || getLocale() === 'en') return '';
  const level = Number(row.level);
  // A table of ten signs: the formatter for them costs a cold start several milliseconds.
  const sign = Number.isInteger(level) ? [...m.app_han_digits()][level] : undefined;
  return sign ? m.score_level({ level: sign }) : row.level;
}
export const personName = (row: EvaluationRow): string => pick(row.name_zh, row.name_en);
