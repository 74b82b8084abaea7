/** One function for each thing that is said. Each resolves when the phone has it on disk, not before. */
import type { Id, NewMutation, Version } from '../../../sync/types';
import type { Wording } from '../../smart';
import type { Sway } from './read';

/** What of the phone is needed to write. */
export interface Outbox {
  append(mutation: NewMutation): Promise<unknown>;
}

// The parts of a value stand in the order of the wire (`sync/wire.ts`).
const said = (outbox: Outbox, record: Id, field: string, value: unknown, base: Version | null = null) =>
  outbox.append({ record, field, op: 'append', value, base });

/** Words about a version, or about none. */
export const suggest = (outbox: Outbox, box: Id, words: string, about: Id | ''): Promise<unknown> =>
  said(outbox, box, 'proposal', { proposal: words.trim(), about, draft: null });

/** An indicator as it is thought of on the floor, every part of it at once. */
export function handIn(outbox: Outbox, box: Id, wording: Wording, job: Id, output: Id, words: string): Promise<unknown> {
  const { name_zh, name_en, unit, direction, target, threshold, source, frequency } = wording;
  const draft = [name_zh.trim(), name_en.trim(), unit.trim(), direction, target ?? null, threshold ?? null, source.trim(), frequency, job, output];
  return said(outbox, box, 'proposal', { proposal: words.trim(), about: '', draft });
}

export const sway = (outbox: Outbox, box: Id, about: Id, answer: Sway, words: string): Promise<unknown> =>
  said(outbox, box, 'influence', { influence: answer, about, words: words.trim() });

/** The word on a proposal that `proposal` names. */
export const judge = (outbox: Outbox, box: Id, proposal: Version, verdict: 'taken' | 'declined', words: string): Promise<unknown> =>
  said(outbox, box, 'verdict', { verdict, words: words.trim() }, proposal);
