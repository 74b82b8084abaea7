/** Days and months of a cycle, by the plant's calendar. */
export { instantOf, wallOf } from '../ui/wall';

/** First day of the month that a cycle judges when it is made on this day: the one that holds the last two complete
 *  weeks or most of them, so that early in a month the month before is offered and its weekly values are there. */
export function judgedMonth(today: string): string {
  const at = Date.parse(today);
  const weekday = (new Date(at).getUTCDay() + 6) % 7;
  return `${new Date(at - (weekday + 14) * 86_400_000).toISOString().slice(0, 8)}01`;
}

export const monthEnd = (first: string): string =>
  new Date(Date.UTC(Number(first.slice(0, 4)), Number(first.slice(5, 7)), 0)).toISOString().slice(0, 10);

/** First day of the next month, that one included, in which no cycle has a day: a second cycle over the same days would
 *  judge the same work twice, so nobody is led into one. */
export function freeMonth(first: string, cycles: readonly { period_from: string; period_to: string }[]): string {
  const end = monthEnd(first);
  const taken = cycles.some(({ period_from, period_to }) => period_from <= end && period_to >= first);
  return taken ? freeMonth(new Date(Date.parse(end) + 86_400_000).toISOString().slice(0, 10), cycles) : first;
}
