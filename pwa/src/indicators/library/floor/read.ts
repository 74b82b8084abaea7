/**
 * What one is measured by and what was said of it, as a person sees it: the server's row under own words that it does not
 * hold yet. Pure. The cells are those of `server/indicators/floor/rows.py`.
 */
import { LINE_COLUMNS } from '../../../generated/wire-columns';
import type { OwnEdit } from '../../../sync/overlay';
import type { FloorRow, FormLine, Id, Millis, Version } from '../../../sync/types';

export type Sway = 'yes' | 'partly' | 'no';
/** `here`: on this phone only. A draft is answered by what HR does with it: approved, returned, retired. */
export type State = 'here' | 'waiting' | 'taken' | 'declined' | 'approved' | 'returned' | 'retired';

export interface Answered {
  answer: Sway;
  words: string;
  here: boolean;
}

export interface Line extends FormLine {
  version_id: Id;
  number: number;
  /** Core outputs of one's job that it serves, [zh, en]; none: it hangs on nothing. */
  outputs: [string, string][];
  said: Answered | null;
}

export interface Span {
  from: string;
  to: string | null;
  lines: Line[];
}

export interface Proposed {
  version: Version;
  words: string;
  /** Name of the indicator that it is about, or of the one that it drafts. */
  about_zh: string | null;
  about_en: string | null;
  state: State;
  reply: string;
  by_zh: string | null;
  by_en: string | null;
  made_at: Millis;
  received_at: Millis | null;
  replied_at: Millis | null;
}

export interface Job {
  id: Id;
  zh: string;
  en: string;
  outputs: [id: Id, zh: string, en: string][];
}

export interface Floor {
  id: Id;
  person_id: Id;
  name_zh: string;
  name_en: string;
  spans: Span[];
  jobs: Job[];
  proposals: Proposed[];
  may: string[];
}

/** `today`: a day of the plant, ISO. What has ended while the phone was off is no longer told. */
export function floorOf(row: FloorRow, edits: readonly OwnEdit[], today: string): Floor {
  const said = answers(row, edits);
  const spans = (row.spans ?? [])
    .filter(([, to]) => to === null || to >= today)
    .map(([from, to, lines]): Span => ({ from, to, lines: lines.map((cells) => lineOf(cells, said)) }));
  const { id, person_id, name_zh, name_en, may } = row;
  const jobs = (row.jobs ?? []).map(([job, zh, en, outputs]) => ({ id: job, zh, en, outputs }) as Job);
  return { id, person_id, name_zh, name_en, may, jobs, spans, proposals: proposals(row, edits, spans) };
}

/** The one that applies on a day; what begins later is after it. */
export const current = ({ spans }: Floor, today: string): Span | undefined => spans.find(({ from }) => from <= today);
export const later = ({ spans }: Floor, today: string): Span[] => spans.filter(({ from }) => from > today);

function lineOf(cells: unknown[], said: ReadonlyMap<Id, Answered>): Line {
  const [version_id, number, outputs, ...line] = cells as [Id, number, [string, string][], ...unknown[]];
  const named = Object.fromEntries(LINE_COLUMNS.map((column, i) => [column, line[i] ?? null])) as unknown as FormLine;
  return { ...named, version_id, number, outputs, said: said.get(version_id) ?? null };
}

function answers(row: FloorRow, edits: readonly OwnEdit[]): Map<Id, Answered> {
  const found = new Map<Id, Answered>();
  const known = new Set<Version>();
  for (const [about, answer, words, version] of (row.sways ?? []) as [Id, Sway, string, Version][]) {
    found.set(about, { answer, words, here: false });
    known.add(version);
  }
  for (const { field, value, version } of edits) {
    if (field !== 'influence' || known.has(version)) continue;
    const { about, influence, words } = value as { about: Id; influence: Sway; words: string };
    found.set(about, { answer: influence, words, here: true });
  }
  return found;
}

function proposals(row: FloorRow, edits: readonly OwnEdit[], spans: readonly Span[]): Proposed[] {
  const told = (row.proposals ?? []).map((cells): Proposed => {
    const [version, words, about_zh, about_en, state, reply, by_zh, by_en, made_at, received_at, replied_at] = cells as [Version, string, string | null, string | null, State, string | null, string | null, string | null, Millis, Millis, Millis | null];
    return { version, words, about_zh, about_en, state, reply: reply ?? '', by_zh: by_zh ?? null, by_en: by_en ?? null, made_at, received_at, replied_at: replied_at ?? null };
  });
  const known = new Set(told.map(({ version }) => version));
  const names = new Map(spans.flatMap(({ lines }) => lines).map((line) => [line.version_id, line]));
  const here = edits.flatMap(({ field, value, version, device_time_ms }): Proposed[] => {
    if (field !== 'proposal' || known.has(version)) return [];
    const { proposal, about, draft } = value as { proposal: string; about: Id; draft: string[] | null };
    const line = names.get(about);
    const [about_zh = null, about_en = null] = draft ?? [line?.name_zh, line?.name_en];
    return [{ version, words: proposal, about_zh, about_en, state: 'here', reply: '', by_zh: null, by_en: null, made_at: device_time_ms, received_at: null, replied_at: null }];
  });
  return [...told.map((one) => judged(one, edits)), ...here];
}

/** An own verdict that the row does not hold yet. */
function judged(one: Proposed, edits: readonly OwnEdit[]): Proposed {
  const last = edits.findLast(({ field, base }) => field === 'verdict' && base[0] === one.version);
  if (!last) return one;
  const { verdict, words } = last.value as { verdict: 'taken' | 'declined'; words: string };
  return { ...one, state: verdict, reply: words, by_zh: null, by_en: null, replied_at: null };
}
