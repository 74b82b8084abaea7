/** One function for each thing a rater can do. Each resolves when the phone has it on disk, not before. */
import type { EvaluationRow, Mark, NewMutation, Version } from '../sync/types';
import { NOTHING } from '../sync/versions';

/** What of the phone is needed to write. */
export interface Outbox {
  append(mutation: NewMutation): Promise<unknown>;
}

/** What is shown of a field, and what of the author's was refused there: a restored server may take that after all. */
function seenOf(row: EvaluationRow, field: string): NewMutation['base'] {
  const { version = null, refused } = row.fields[field] ?? {};
  return refused ? [version ?? NOTHING, ...refused] : version;
}

/** One tap on the scale. `null` takes the mark back: the rule's mark stands again where there is one. */
export function giveScore(outbox: Outbox, row: EvaluationRow, key: number, value: Mark | null): Promise<unknown> {
  const field = `score/${key}`;
  return outbox.append({ record: row.id, field, op: 'set', value, base: seenOf(row, field) });
}

/** A comment on a line, or the reason why a mark of the rule was changed. */
export function write(outbox: Outbox, row: EvaluationRow, kind: 'comment' | 'reason', key: number, text: string): Promise<unknown> {
  const field = `${kind}/${key}`;
  return outbox.append({ record: row.id, field, op: 'set', value: text, base: seenOf(row, field) });
}

export function addChip(outbox: Outbox, row: EvaluationRow, key: number, tag: string): Promise<unknown> {
  return outbox.append({ record: row.id, field: `chips/${key}`, op: 'add', value: tag, base: null });
}

/** Removes what this person saw: a copy that another phone adds meanwhile stays. */
export function removeChip(outbox: Outbox, row: EvaluationRow, key: number, tag: string): Promise<unknown> {
  const field = `chips/${key}`;
  const tags = (row.fields[field]?.value ?? {}) as Record<string, Version>;
  const seen = tags[tag];
  return outbox.append({ record: row.id, field, op: 'remove', value: tag, base: seen ? [seen] : [] });
}

const SIGNED = ['score/', 'reason/', 'comment/'];

/** Submitting signs the marks, words and chips that the rater saw; the server parks it if one has changed meanwhile. */
export function submit(outbox: Outbox, row: EvaluationRow): Promise<unknown> {
  const signs = Object.entries(row.fields).flatMap(([field, { value, version }]): [string, Version][] => {
    if (field.startsWith('chips/')) return Object.values(value as Record<string, Version>).map((added) => [field, added]);
    return version !== null && SIGNED.some((prefix) => field.startsWith(prefix)) ? [[field, version]] : [];
  });
  return outbox.append({ record: row.id, field: 'status', op: 'command', value: { name: 'submit', signs }, base: null });
}

/** Takes a submit back, before or after it was delivered; both stay in the history. */
export function recall(outbox: Outbox, row: EvaluationRow): Promise<unknown> {
  return outbox.append({ record: row.id, field: 'status', op: 'command', value: { name: 'recall', signs: [] }, base: null });
}
