/** Short names of months in the language of the screen. Written out as a message and not asked of Intl: making a formatter
 *  costs a cheap phone more than drawing this page (foundation/zone.ts), and a test holds the names against Intl's. */
import { m } from '../../generated/paraglide/messages.js';

/** "2026-11" as "Nov" or "11 月"; a label of another kind as it is. */
export function monthName(label: string): string {
  const month = /^\d{4}-(\d{2})/.exec(label)?.[1];
  return m.my_months().split(',')[Number(month ?? 0) - 1] ?? label;
}
