/** When this person finished whom in this sitting. The rows cannot tell: their time of submit is also that of another
 *  rater, or of a result that was recalled and handed in again. It lives as long as the page, like the acts. */
import type { Id, Millis } from '../sync/types';

const runs = new WeakMap<object, Map<Id, Millis>>();

/** Only the first time counts: what is handed in again was scored before. */
export function noteFinished(phone: object, evaluation: Id, at: Millis): void {
  const run = runs.get(phone) ?? new Map<Id, Millis>();
  runs.set(phone, run);
  if (!run.has(evaluation)) run.set(evaluation, at);
}

export function finishedAt(phone: object): Millis[] {
  return [...(runs.get(phone)?.values() ?? [])];
}
