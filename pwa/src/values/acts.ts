/** One function for each thing that is done to a value. Each resolves when the phone has it on disk, not before. */
import type { Id, NewMutation } from '../sync/types';
import { type Draft, type Point, rounded, shownOf } from './measured';

/** What of the phone is needed to write. */
export interface Outbox {
  append(mutation: NewMutation): Promise<unknown>;
}

/** Enters a value in the place of `stands`, which was before whoever entered it; undefined: nothing was. */
export function enter(outbox: Outbox, person: Id, indicator: string, draft: Draft, stands: Point | undefined): Promise<unknown> {
  const value = {
    indicator,
    first: draft.first,
    value: [draft.last, rounded(draft.number ?? 0)],
    shown: stands ? shownOf(stands) : null,
    reason: draft.reason.trim(),
  };
  return outbox.append({ record: person, field: 'value', op: 'command', value, base: stands?.here?.version ?? null });
}

/** Says that a value of one's own is wrong: of the one that was on the screen. */
export function object(outbox: Outbox, me: Id, indicator: string, point: Point, words: string): Promise<unknown> {
  const value = { indicator, first: point.period_from, shown: shownOf(point), words: words.trim() };
  return outbox.append({ record: me, field: 'objection', op: 'append', value, base: null });
}
