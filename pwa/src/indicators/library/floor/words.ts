/** What the floor's screens say. Tables and not `m[key]`: a name made at run time would keep every message. */
import { m } from '../../../generated/paraglide/messages.js';
import { dayAndTime } from '../../../ui/when';
import { pick } from '../../../ui/words';
import { amount } from '../../format';
import type { Line, Proposed, State, Sway } from './read';

export const SWAYS: Record<Sway, () => string> = { yes: m.floor_yes, partly: m.floor_partly, no: m.floor_no };

export const STATES: Record<State, () => string> = {
  here: m.floor_state_here,
  waiting: m.floor_state_waiting,
  taken: m.floor_state_taken,
  declined: m.floor_state_declined,
  approved: m.floor_state_approved,
  returned: m.floor_state_returned,
  retired: m.floor_state_retired,
};

export function withUnit(value: number, { unit }: { unit: string | null }): string {
  if (unit === '%') return `${amount(value)}%`;
  if (unit === 'count') return amount(value) + m.library_unit_count();
  return unit ? `${amount(value)} ${unit}` : amount(value);
}

/** Sources that are no name of a system; every other one is shown as it is called in the plant. */
const SOURCES: Record<string, () => string> = { attendance: m.agree_source_attendance, manual: m.agree_source_manual, HR: m.agree_source_hr, training: m.agree_source_training };

export const sourceWords = (source: string): string => m.floor_data({ source: SOURCES[source]?.() ?? source });

/** Target and warning in one sentence; empty where a person judges. */
export function aimWords(line: Line): string {
  const parts: string[] = [];
  if (line.target !== null) parts.push(m.agree_line_target({ target: withUnit(line.target, line) }));
  if (line.threshold !== null) {
    const edge = withUnit(line.threshold, line);
    parts.push(line.direction === 'higher' ? m.agree_line_over({ edge }) : m.agree_line_under({ edge }));
  }
  return parts.join(m.agree_line_comma());
}

export const aboutWords = (one: Proposed): string => pick(one.about_zh ?? '', one.about_en ?? '') || (one.about_zh ?? one.about_en ?? '');

/** Where it stands, with who and when as far as that is known. */
export function stateWords(one: Proposed): string {
  const who = pick(one.by_zh ?? '', one.by_en ?? '');
  const at = one.replied_at ?? (one.state === 'waiting' ? one.received_at : null);
  return [STATES[one.state](), who, at === null ? '' : dayAndTime(at)].filter(Boolean).join(' · ');
}
