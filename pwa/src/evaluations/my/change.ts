/** How far the whole moved since the last cycle. */
import { m } from '../../generated/paraglide/messages.js';
import { tenths } from '../../indicators/format';

/** `change` in tenths. */
export function changeWords(change: number): string {
  if (change === 0) return m.my_same();
  return m.my_change({ change: `${change > 0 ? '+' : '\u2212'}${tenths(Math.abs(change))}` });
}
