/** The library's words by code: findings, fields, states. Written out, so that each message is found by its name. */
import { m } from '../../generated/paraglide/messages.js';
import { pick } from '../../ui/words';
import type { Finding, Vague } from '../smart';

const split = (words: string) => words.split('|');
const both = (message: (params: object, options: { locale: 'zh-CN' | 'en' }) => string, locale: 'zh-CN' | 'en') => split(message({}, { locale }));

/** The same in both languages of the screen: a draft has both. */
export const VAGUE: Vague = {
  zh: both(m.library_vague_words, 'zh-CN'),
  en: both(m.library_vague_words, 'en'),
  range: [...both(m.library_range_words, 'zh-CN'), ...both(m.library_range_words, 'en')],
};

export const STATES = { draft: m.library_draft, proposed: m.library_proposed, approved: m.library_approved, retired: m.library_retired };
export const SIDES = { head: m.library_side_head, supervisor: m.library_side_supervisor };
export const ANSWERS = { yes: m.library_yes, partly: m.library_partly, no: m.library_no };
export const TIERS = { all: m.library_tier_all, leaders: m.library_tier_leaders, desks: m.library_tier_desks };
export const EVERY = { daily: m.library_daily, weekly: m.library_weekly, biweekly: m.library_biweekly, monthly: m.library_monthly, quarterly: m.library_quarterly, yearly: m.library_yearly };
export const WAYS = { higher: m.library_higher, lower: m.library_lower };
export const RULES = { bands: m.library_rule_bands, line: m.library_rule_line };
export const GOAL_TIERS = { company: m.goal_company, plant: m.goal_plant, workshop: m.goal_workshop, team: m.goal_team, person: m.goal_person };

const FIELDS: Record<string, () => string> = {
  name_zh: m.library_name_zh, name_en: m.library_name_en, short_zh: m.library_short_zh, short_en: m.library_short_en,
  unit: m.library_unit, direction: m.library_direction, target: m.library_target, threshold: m.library_threshold,
  source: m.library_source, frequency: m.library_frequency, rule: m.library_rule,
};

export const everyWords = (frequency: string): string => (EVERY as Record<string, () => string>)[frequency]?.() ?? frequency;
/** Sources that are no name of a system; every other one is shown as it is called in the plant. */
const SOURCES: Record<string, () => string> = { rating: m.library_judged, attendance: m.agree_source_attendance, manual: m.agree_source_manual, HR: m.agree_source_hr, training: m.agree_source_training };
export const sourceWords = (source: string): string => SOURCES[source]?.() ?? source;

/** A unit that is a word stands apart from its number: "20 min", "98%". */
export const withUnit = (unit: string): string => (unit === 'count' ? m.library_unit_count() : /^[a-z]/i.test(unit) ? ` ${unit}` : unit);
export const measured = (value: number, unit: string): string => `${value}${withUnit(unit)}`;

/** A field of a difference: "4 分从", "3 分（中文）". */
export function fieldWords(field: string, mark: number | null): string {
  if (field === 'band') return m.library_field_band({ mark: mark ?? 0 });
  if (field === 'anchor_zh') return m.library_field_anchor_zh({ mark: mark ?? 0 });
  if (field === 'anchor_en') return m.library_field_anchor_en({ mark: mark ?? 0 });
  return FIELDS[field]?.() ?? field;
}

/** A value of a difference as the editor shows it. */
export function valueWords(field: string, value: unknown): string {
  if (value === null || value === '') return m.library_nothing();
  const words = String(value);
  if (field === 'direction') return (WAYS as Record<string, () => string>)[words]?.() ?? words;
  if (field === 'frequency') return everyWords(words);
  if (field === 'rule') return (RULES as Record<string, () => string>)[words]?.() ?? words;
  return field === 'source' ? sourceWords(words) : words;
}

type Said = (params: never) => string;
const FINDINGS: Record<string, Said> = {
  no_name: ({ field }: { field: string }) => m.library_no_name({ field: fieldWords(field, null) }),
  no_source: m.library_no_source,
  no_frequency: m.library_no_frequency,
  no_unit: m.library_no_unit,
  no_target: m.library_no_target,
  no_threshold: m.library_no_threshold,
  target_is_threshold: m.library_target_is_threshold,
  threshold_side: (params: { direction: string; target: number; threshold: number }) => (params.direction === 'higher' ? m.library_threshold_above(params) : m.library_threshold_below(params)),
  no_bands: m.library_no_bands,
  bands_order: m.library_bands_order,
  anchor_not_numbers: m.library_anchor_not_numbers,
  no_anchor: ({ mark, language }: { mark: number; language: string }) => (language === 'zh' ? m.library_no_anchor_zh({ mark }) : m.library_no_anchor_en({ mark })),
  anchors_equal: m.library_anchors_equal,
  vague: ({ word, mark }: { word: string; mark: number }) => (mark === 0 ? m.library_vague_name({ word }) : m.library_vague_anchor({ word, mark })),
  orphan: m.library_is_orphan,
  outputs_count: (params: { count: number; min: number; max: number } & Job) => m.library_outputs_count({ ...params, job: pick(params.job_zh, params.job_en) }),
  outputs_not_agreed: (params: Asked) => m.library_outputs_not_agreed(asked(params)),
  influence_missing: (params: Asked) => m.library_influence_missing(asked(params)),
  influence_no: (params: Asked) => m.library_influence_no(asked(params)),
  set_too_few: m.library_set_too_few,
  set_too_many: m.library_set_too_many,
  set_twice: m.library_set_twice,
  set_weights: (params: { sum: number; gap: number }) => (params.sum < 100 ? m.library_set_short(params) : m.library_set_over(params)),
};

interface Job {
  job_zh: string;
  job_en: string;
}
interface Asked extends Job {
  side: keyof typeof SIDES;
}
const asked = ({ side, job_zh, job_en }: Asked) => ({ side: SIDES[side](), job: pick(job_zh, job_en) });

/** What is missing, in exact words. */
export function findingWords({ code, params }: Finding): string {
  return FINDINGS[code]?.(params as never) ?? code;
}
