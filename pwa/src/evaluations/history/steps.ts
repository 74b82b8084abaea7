/** Words of a history entry: the message that the core chose, filled with its params, and what it was built on. */
import type { components } from '../../generated/api';
import { m } from '../../generated/paraglide/messages.js';
import { dayAndTime } from '../../ui/when';
import { pick } from '../../ui/words';

type Step = components['schemas']['HistoryEntry'];
type Entry = Pick<Step, 'message' | 'params' | 'field'>;
type Seen = NonNullable<Step['before']>;

type Words = (params: never) => string;

// Written out: a look-up by a computed name would put every message of the app into this chunk.
const STEPS: Record<string, Words> = {
  history_score_set: m.history_score_set,
  history_score_cleared: m.history_score_cleared,
  history_text_set: m.history_text_set,
  history_text_cleared: m.history_text_cleared,
  history_tag_added: m.history_tag_added,
  history_tag_removed: m.history_tag_removed,
  history_tag_kept: m.history_tag_kept,
  history_text_merged: m.history_text_merged,
  history_case_opened: m.history_case_opened,
  history_case_joined: m.history_case_joined,
  history_case_reopened: m.history_case_reopened,
  history_case_agreed: m.history_case_agreed,
  history_case_decided: m.history_case_decided,
  history_submitted: m.history_submitted,
  history_recalled: m.history_recalled,
  history_answer_agree: m.history_answer_agree,
  history_answer_disagree: m.history_answer_disagree,
  history_rule: m.history_rule,
  history_voice_confirm: m.history_voice_confirm,
  history_voice_object: m.history_voice_object,
  history_voice_disagree: m.history_voice_disagree,
  history_voice_reply: m.history_voice_reply,
  history_proposal: m.history_proposal,
  history_influence_yes: m.history_influence_yes,
  history_influence_partly: m.history_influence_partly,
  history_influence_no: m.history_influence_no,
  history_verdict_taken: m.history_verdict_taken,
  history_verdict_declined: m.history_verdict_declined,
  history_terms_changed: m.history_terms_changed,
  history_terms_changed_late: m.history_terms_changed_late,
};

/** Shorter than this the two times say enough by themselves. */
export const APART_FROM_MS = 120_000;

/** "3 小时": between the phone's clock and the server's. What it was, a dead spot or a wrong clock, nobody knows. */
export function spanWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return m.history_minutes({ n: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? m.history_hours({ n: hours }) : m.history_days({ n: Math.round(hours / 24) });
}

/** `chips`: tag -> its words. A step that this app does not know yet is shown by its code rather than hidden. */
export function stepWords(entry: Entry, chips: ReadonlyMap<string, string>): string {
  const words = STEPS[entry.message];
  if (!words) return entry.message;
  const params = { ...(entry.params as Record<string, unknown>) };
  for (const name of ['value', 'held']) {
    const value = params[name];
    if (value === null || value === undefined) params[name] = m.history_nothing();
    else if (entry.field.startsWith('chips/')) params[name] = chips.get(String(value)) ?? String(value);
  }
  return words(params as never);
}

/** More of a text than this is in the step that wrote it. */
const SHOWN_LENGTH = 40;
/** Fields of which a version stands for one value that a person saw. */
const SEEN_ONE = /^(score|comment|reason)\//;

/** What its author had seen, and what stood there when it arrived if that was something else. */
export function seenWords(step: Pick<Step, 'field' | 'kind' | 'base' | 'before'>): string[] {
  const { field, kind, before } = step;
  const base = step.base ?? [];
  if (!SEEN_ONE.test(field) || kind === 'rule') return [];
  if (kind === 'resolved') {
    return base.length > 1 ? [m.history_between({ choices: base.map((one) => m.history_choice(paramsOf(one))).join(m.history_choice_comma()) })] : [];
  }
  const [from] = base;
  const words = [!from ? m.history_from_nothing() : from.version ? m.history_from(paramsOf(from)) : m.history_from_data(paramsOf(from))];
  if (before?.version && before.version !== from?.version) words.push(m.history_met(paramsOf(before)));
  return words;
}

function paramsOf(seen: Seen): { author: string; at: string; value: string } {
  const value = seen.value === null || seen.value === undefined || seen.value === '' ? m.history_nothing() : String(seen.value);
  const letters = [...value];
  return {
    author: pick(seen.author_zh ?? '', seen.author_en ?? ''),
    at: seen.device_time ? dayAndTime(seen.device_time) : '',
    value: letters.length > SHOWN_LENGTH ? `${letters.slice(0, SHOWN_LENGTH).join('')}…` : value,
  };
}
