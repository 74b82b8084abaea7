/**
 * Everything that talks to the server, in a chunk of its own: a cold start draws the screen and takes taps without it.
 */
import type { Outbox } from './outbox';
import { Driver, type DriverParts } from './driver';
import { round, type RoundParts } from './round';

export type EngineParts = Omit<DriverParts, 'round' | 'queue' | 'setAside' | 'lock'> & Omit<RoundParts, 'outbox'>;

export function startEngine(outbox: Outbox, parts: EngineParts): Driver {
  return new Driver({
    ...parts,
    lock: `gemba-sync:${parts.db.name}`,
    queue: () =>
      outbox.entries.map(({ edit, state, not_before, bytes }) => ({ n: edit.n, record: edit.record, state, not_before, bytes })),
    round: (ns) => round({ ...parts, outbox }, ns),
    setAside: (n) => outbox.setAside(n),
  });
}
