/** What this person did on the scoring pages, newest last, so that one act at a time can be taken back, also across
 *  persons. It lives as long as the page: after a restart the marks are there and the way back is a new mark. */
import { addChip, giveScore, removeChip, write, type Outbox } from '../mutations';
import type { LineView } from '../progress';
import type { EvaluationRow, Id } from '../../sync/types';

export type Act =
  | { kind: 'line'; evaluation: Id; key: number; before: LineView }
  | { kind: 'submit'; evaluation: Id };

const stacks = new WeakMap<object, Act[]>();

/** The acts of one signed-in person. */
export function actsOf(phone: object): Act[] {
  let acts = stacks.get(phone);
  if (!acts) stacks.set(phone, (acts = []));
  return acts;
}

/** Puts a line back to how it was; `now` is how it stands. Writes only what differs. */
export async function restore(outbox: Outbox, row: EvaluationRow, now: LineView, before: LineView): Promise<void> {
  const { key } = now;
  const added = Object.keys(now.tags).filter((tag) => !(tag in before.tags));
  const removed = Object.keys(before.tags).filter((tag) => !(tag in now.tags));
  if (now.given !== before.given) await giveScore(outbox, row, key, before.given);
  if (now.reason !== before.reason) await write(outbox, row, 'reason', key, before.reason);
  if (now.comment !== before.comment) await write(outbox, row, 'comment', key, before.comment);
  for (const tag of added) await removeChip(outbox, row, key, tag);
  for (const tag of removed) await addChip(outbox, row, key, tag);
}
