/** Edits that stand aside, in nobody's way: kept, shown, exportable. */
import type { Outbox } from './outbox';

/** No server would take this one. */
export const setAside = (outbox: Outbox, n: number): Promise<void> => outbox.turn(n, 'set_aside');

/** At a start: a new app, or a mended server, may take what was refused before. Resolves true when there was any. */
export async function tryAgain(outbox: Outbox): Promise<boolean> {
  const refused = outbox.entries.filter(({ state }) => state === 'update_needed' || state === 'set_aside');
  for (const { edit } of refused) await outbox.turn(edit.n, 'queued');
  return refused.length > 0;
}
