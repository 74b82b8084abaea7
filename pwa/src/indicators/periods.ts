/** Labels of periods in the language of the screen. Months are written out as a message and not asked of Intl: making a
 *  formatter costs a cheap phone more than drawing the page (foundation/zone.ts), and a test holds the names against Intl's. */
import { m } from '../generated/paraglide/messages.js';

/** "2026-11" as "Nov" or "11 月", "W40" as "W40" or "第40周"; a label of another kind as it is. */
export function periodName(label: string): string {
  const week = /^W(\d{1,2})$/.exec(label)?.[1];
  if (week) return m.score_week({ n: Number(week) });
  const month = /^\d{4}-(\d{2})/.exec(label)?.[1];
  return m.my_months().split(',')[Number(month ?? 0) - 1] ?? label;
}
