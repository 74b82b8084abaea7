/**
 * An agreement as a person sees it: the server's row under own edits that it does not hold yet. Pure. What stands, what
 * was said of which text, and how it stands with it; the server alone says whether a change counts.
 */
import type { OwnEdit } from '../sync/overlay';
import type { AgreementRow, FormLine, Id, Millis, ParkedItem, TermLine, Version, VoiceKind, WindowRow } from '../sync/types';

/** One thing that happened, in the order in which the server heard of it; own ones that it has not heard of come last. */
export interface Step {
  version: Version;
  /** `change`: new terms, with all of them. */
  kind: VoiceKind | 'change';
  words: string;
  author_zh: string | null;
  author_en: string | null;
  /** Of whom the agreement is. */
  own: boolean;
  /** The text that was on the screen; null: as drawn up. Of a change: the text that it made. */
  text: Version | null;
  lines: TermLine[] | null;
  device_time: Millis;
  /** Null: on this phone only. */
  received_at: Millis | null;
  late: boolean;
}

export type Stand = 'agreed' | 'objected' | 'disagreed' | 'asked_again' | 'silent';

export interface Agreement {
  row: AgreementRow;
  lines: FormLine[];
  /** The text that stands: what the next word is about. Null: as drawn up. */
  text: Version | null;
  terms: TermLine[];
  steps: Step[];
  stand: Stand;
  /** An objection waits for the supervisor's word. */
  unanswered: boolean;
  /** Something of it waits on this phone. */
  here: boolean;
  /** Own change for the next window, on the server or still here. */
  kept: { version: Version; lines: TermLine[]; words: string; made_at: Millis; here: boolean } | null;
}

/** An own change that is looked through before it is put in again. */
export interface Filled {
  version: Version;
  lines: TermLine[];
  words: string;
}

export const drawn = (lines: readonly FormLine[]): TermLine[] => lines.map(({ key, target, weight }) => [key, target, weight]);

export const sumOf = (lines: readonly TermLine[]): number => lines.reduce((sum, [, , weight]) => sum + weight, 0);

export const same = (a: readonly TermLine[], b: readonly TermLine[]): boolean =>
  a.length === b.length && a.every((line, i) => line.every((cell, j) => cell === b[i]?.[j]));

/** The form's lines with the targets and weights that stand. */
export const withTerms = (lines: readonly FormLine[], terms: readonly TermLine[]): FormLine[] =>
  lines.map((line) => {
    const term = terms.find(([key]) => key === line.key);
    return term ? { ...line, target: term[1], weight: term[2], bands: onLine(line, term[1]) ?? line.bands } : line;
  });

/** The bounds of a straight line through another target; null where there is no such line. */
function onLine({ rule, threshold, direction }: FormLine, target: number | null): FormLine['bands'] {
  if (!rule || !better(target, threshold, direction)) return null;
  const low = threshold ?? 0;
  const step = ((target ?? 0) - low) / 2;
  return [low, low + step, low + 2 * step, low + 3 * step];
}

/** Whether a straight line can lead through threshold and target. */
export const better = (target: number | null, threshold: number | null, direction: FormLine['direction']): boolean =>
  target !== null && threshold !== null && (direction === 'higher' ? target > threshold : target < threshold);

/** Whether a target means something; the same cases as the server's (tests/vectors/terms.json). `stands`: is no question. */
export function isAim(asked: number | null, stands: number | null, { target, threshold, direction, rule }: Pick<FormLine, 'target' | 'threshold' | 'direction' | 'rule'>): boolean {
  if (asked === null || target === null) return asked === target;
  if (threshold === null || asked === stands) return true;
  return better(asked, threshold, direction) || (asked === threshold && !rule);
}

/** Whether these terms can be put in as they are: else a person has to look at them. */
export const isSound = (terms: readonly TermLine[], { lines }: Agreement): boolean =>
  sumOf(terms) === 100 && terms.length === lines.length && lines.every((line, i) => isAim(terms[i]?.[1] ?? null, line.target, line));

/** The first instant after an agreement's last day: from then on it stays as it was. */
export function overAt({ period_to }: Pick<AgreementRow, 'period_to'>): Millis {
  const [year = 0, month = 1, day = 1] = period_to.split('-').map(Number);
  return new Date(year, month - 1, day + 1).getTime();
}

const STANDS: Record<VoiceKind, Stand> = { confirm: 'agreed', object: 'objected', disagree: 'disagreed', reply: 'silent' };

/** `isOpen`: whether a window was open at that moment, as far as this phone knows. */
export function agreementOf(row: AgreementRow, edits: readonly OwnEdit[], isOpen: (at: Millis) => boolean, me: Id): Agreement {
  const steps = [...told(row), ...edits.flatMap((edit) => here(edit, row, me))];
  const waiting = edits.filter((edit) => edit.field === 'terms');
  const shut = waiting.filter(({ device_time_ms }) => !isOpen(device_time_ms));
  const shown = steps.filter((step) => step.received_at !== null || !shut.some(({ version }) => version === step.version));
  const last = shown.findLast(({ kind }) => kind === 'change');
  const terms = last?.lines ?? drawn(row.lines);
  const text = last?.text ?? null;
  const said = shown.filter(({ kind, own }) => own && kind !== 'change').at(-1);
  const answered = said ? shown.indexOf(said) < shown.findLastIndex(({ kind }) => kind === 'reply') : true;
  const stand = !said ? 'silent' : said.text !== text ? 'asked_again' : STANDS[said.kind as VoiceKind];
  return {
    row,
    lines: withTerms(row.lines, terms),
    text,
    terms,
    steps: shown,
    stand,
    // A change is no answer: the objection waits for a word as before.
    unanswered: said !== undefined && said.kind !== 'confirm' && !answered,
    here: edits.length > 0,
    kept: keptOf(row, shut.at(-1)),
  };
}

function told(row: AgreementRow): Step[] {
  const texts = row.texts.map((text): Step => ({ ...text, kind: 'change', own: false, text: text.version, late: text.late === 1 }));
  const voices = row.voices.map((said): Step => ({ ...said, own: said.author_id === row.person_id, lines: null, late: false }));
  return [...texts, ...voices].sort((a, b) => (a.received_at ?? 0) - (b.received_at ?? 0) || a.device_time - b.device_time);
}

function here(edit: OwnEdit, row: AgreementRow, me: Id): Step[] {
  // What the row holds already, an edit offered again among it, is told once.
  if ([...row.texts, ...row.voices].some(({ version }) => version === edit.version)) return [];
  const common = { version: edit.version, author_zh: null, author_en: null, own: me === row.person_id, device_time: edit.device_time_ms, received_at: null, late: false };
  if (edit.field === 'terms') {
    const { lines, words } = edit.value as { lines: TermLine[]; words: string };
    return [{ ...common, kind: 'change', words, lines, text: edit.shown }];
  }
  if (edit.field !== 'voice') return [];
  const { voice, words } = edit.value as { voice: VoiceKind; words: string };
  return [{ ...common, kind: voice, words, lines: null, text: edit.base[0] ?? null }];
}

function keptOf({ kept }: AgreementRow, waiting: OwnEdit | undefined): Agreement['kept'] {
  if (waiting) {
    const { lines, words } = waiting.value as { lines: TermLine[]; words: string };
    return { version: waiting.version, lines, words, made_at: waiting.device_time_ms, here: true };
  }
  return kept && { version: kept.version, lines: kept.lines, words: kept.words, made_at: kept.device_time, here: false };
}

// ---- windows -----------------------------------------------------------------------------------------------------

export interface WindowNow {
  open_until: Millis | null;
  next_opens_at: Millis | null;
}

export function windowAt(row: WindowRow | undefined, at: Millis): WindowNow {
  const spans = row?.spans ?? [];
  const held = spans.find(([opens, closes]) => opens <= at && at < closes);
  const next = spans.find(([opens]) => opens > at);
  return { open_until: held?.[1] ?? null, next_opens_at: next?.[0] ?? null };
}

// ---- the team ----------------------------------------------------------------------------------------------------

/** Who needs an answer first, then who has said something, then who was asked again or has said nothing. */
const ORDER: Stand[] = ['objected', 'disagreed', 'asked_again', 'silent', 'agreed'];

export const inOrder = (agreements: readonly Agreement[]): Agreement[] =>
  [...agreements].sort(
    (a, b) => Number(b.unanswered) - Number(a.unanswered) || ORDER.indexOf(a.stand) - ORDER.indexOf(b.stand) || a.row.employee_no.localeCompare(b.row.employee_no),
  );

/** What was parked of an agreement, other than what waits for a window: that has a place of its own. */
export const parkedOf = (parked: readonly ParkedItem[], record: Id): ParkedItem[] =>
  parked.filter((item) => item.record === record && item.reason !== 'window_closed');

/** What its author wrote in something that was put aside. */
export function writtenIn({ field, value }: ParkedItem): { voice: VoiceKind | null; lines: TermLine[] | null; words: string } {
  const { voice = null, lines = null, words = '' } = (value ?? {}) as { voice?: VoiceKind; lines?: TermLine[]; words?: string };
  return field === 'voice' ? { voice, lines: null, words } : { voice: null, lines: field === 'terms' ? lines : null, words };
}
