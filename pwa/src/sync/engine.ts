/**
 * Everything that talks to the server, in a chunk of its own: a cold start draws the screen and takes taps without it.
 */
import { setAside, tryAgain } from './aside';
import type { Outbox } from './outbox';
import { Driver, type DriverParts } from './driver';
import { type AskFileKey, keepFileKey } from './file-key';
import { round, type RoundParts } from './round';

export { postBy } from '../foundation/post';

export type EngineParts = Omit<DriverParts, 'round' | 'queue' | 'setAside' | 'lock'> &
  Omit<RoundParts, 'outbox'> & { fileKey?: AskFileKey | undefined };

export function startEngine(outbox: Outbox, parts: EngineParts): Driver {
  let keyAsked = false;
  const driver = new Driver({
    ...parts,
    lock: `gemba-sync:${parts.db.name}`,
    queue: () =>
      outbox.entries.map(({ edit, state, not_before, bytes }) => ({ n: edit.n, record: edit.record, state, not_before, bytes })),
    round: (ns, lastError) => round({ ...parts, outbox }, ns, lastError),
    ended: async (end) => {
      await parts.ended(end);
      if (end.outcome.was !== 'answered' || keyAsked) return;
      keyAsked = true;
      // Beside the rounds: on a slow line its answer must hold up neither the status nor the next edit.
      void keepFileKey(parts.db, parts.clock.now(), parts.fileKey).catch(() => (keyAsked = false));
    },
    setAside: (n) => setAside(outbox, n),
  });
  void tryAgain(outbox)
    .then((some) => some && driver.poke(false))
    .catch(() => undefined);
  return driver;
}
