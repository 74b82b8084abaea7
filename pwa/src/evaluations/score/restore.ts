/** Taking an act back; a part of its own, for the page that opens cold needs none of it. */
import { addChip, giveScore, removeChip, write, type Outbox } from '../mutations';
import type { LineView } from '../progress';
import type { Seen } from './acts';

/** Puts a line back to how it was; `now` is how this hand left it. Writes only what differs. */
export async function restore(outbox: Outbox, seen: Seen, now: LineView, before: LineView): Promise<void> {
  const { key } = now;
  const row = seen();
  const added = Object.keys(now.tags).filter((tag) => !(tag in before.tags));
  const removed = Object.keys(before.tags).filter((tag) => !(tag in now.tags));
  if (now.given !== before.given) await giveScore(outbox, row, key, before.given);
  if (now.reason !== before.reason) await write(outbox, row, 'reason', key, before.reason);
  if (now.comment !== before.comment) await write(outbox, row, 'comment', key, before.comment);
  for (const tag of added) await removeChip(outbox, row, key, tag);
  for (const tag of removed) await addChip(outbox, row, key, tag);
}
