/** Names of sources, kinds of leave, doubts, in the language of the screen. */
import type { components } from '../generated/api';
import { m } from '../generated/paraglide/messages.js';
import { dayOf } from '../ui/when';
import { pick } from '../ui/words';

type Schemas = components['schemas'];
export type Leave = Schemas['SourceShown']['leave_lowers'] extends (infer L)[] | null ? L : never;
export type Flag = Schemas['Flag'];

const LEAVE: Record<Leave, () => string> = {
  absent: m.values_leave_absent,
  personal: m.values_leave_personal,
  sick: m.values_leave_sick,
  annual: m.values_leave_annual,
  marriage: m.values_leave_marriage,
  bereavement: m.values_leave_bereavement,
  maternity: m.values_leave_maternity,
  paternity: m.values_leave_paternity,
  nursing: m.values_leave_nursing,
  family_visit: m.values_leave_family_visit,
  work_injury: m.values_leave_work_injury,
};
/** What may be put on the list; the server refuses the others. */
export const LOWERING = ['absent', 'personal', 'sick'] as const;

export const isLeave = (text: string): text is Leave => Object.hasOwn(LEAVE, text);
export const leaveName = (leave: Leave): string => LEAVE[leave]();

/** "只有旷工、事假降低出勤率；法定假期和工伤从不降低。" */
export function leaveWords(lowers: readonly Leave[]): string {
  return lowers.length === 0 ? m.values_leave_none() : m.values_leave_only({ kinds: lowers.map(leaveName).join(m.values_comma()) });
}

export function sourceName(series: { source: string; source_zh: string; source_en: string }): string {
  if (series.source === 'attendance' && series.source_zh === 'attendance') return m.score_source_attendance();
  return pick(series.source_zh, series.source_en);
}

export function doubtWords(flag: Flag): string {
  if (flag.kind === 'range') return m.values_doubt_range();
  if (flag.kind === 'jump') return m.values_doubt_jump({ usual: flag.usual ?? 0 });
  if (flag.kind === 'overlap') return m.values_doubt_overlap({ from: dayOf(flag.other_from ?? '') });
  if (flag.kind === 'submitted') return m.values_doubt_submitted();
  return m.values_doubt_copied({ name: pick(flag.other_zh ?? '', flag.other_en ?? '') });
}
