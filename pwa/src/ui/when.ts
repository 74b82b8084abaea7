/** Instants as a person in the plant reads them: in the plant's time zone, in the language of the screen.
 *  A deadline is the plant's, so a phone set to another zone shows the same hour as the wall clock of the shop. */
import { steadyOffset } from '../foundation/zone';
import { getLocale } from '../generated/paraglide/runtime.js';

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
let zone: string | undefined;
/** Made when the first instant is shown: a formatter costs a cheap phone a frame. */
let format: Intl.DateTimeFormat | undefined;
/** Minutes east of Greenwich when the zone keeps them all year: then no formatter is made at all. */
let offset: number | null = null;

function formatFor(timeZone: string | undefined): Intl.DateTimeFormat {
  const numeric = 'numeric' as const;
  return new Intl.DateTimeFormat('en-GB', { timeZone, year: numeric, month: numeric, day: numeric, hour: numeric, minute: '2-digit', hourCycle: 'h23' });
}

/** The plant's zone, "Asia/Shanghai". An unknown one leaves the phone's own. */
export function setZone(name: string): void {
  if (name === zone) return;
  format = undefined;
  zone = name;
  offset = steadyOffset(name);
}

function formatter(): Intl.DateTimeFormat {
  try {
    return (format ??= formatFor(zone));
  } catch {
    return (format = formatFor(undefined));
  }
}

function parts(at: number): Record<Part, number> {
  if (offset !== null) {
    const wall = new Date(at + offset * 60_000);
    return { year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, day: wall.getUTCDate(), hour: wall.getUTCHours(), minute: wall.getUTCMinutes() };
  }
  return Object.fromEntries(formatter().formatToParts(at).map((part) => [part.type, Number(part.value)])) as Record<Part, number>;
}

const two = (n: number) => String(n).padStart(2, '0');
const dayText = (month: number, day: number) => (getLocale() === 'en' ? `${day} ${MONTHS[month - 1]}` : `${two(month)}-${two(day)}`);

/** "14:03" */
export function clockTime(at: number): string {
  const p = parts(at);
  return `${p.hour}:${two(p.minute)}`;
}

/** "11-28", en "28 Nov" */
export function monthDay(at: number): string {
  const p = parts(at);
  return dayText(p.month, p.day);
}

/** "11-28 14:03", en "28 Nov 14:03" */
export function dayAndTime(at: number): string {
  return `${monthDay(at)} ${clockTime(at)}`;
}

/** The hour alone when it was today, the day with it otherwise. */
export function shortTime(at: number, now: number): string {
  return monthDay(at) === monthDay(now) ? clockTime(at) : dayAndTime(at);
}

/** A date without an hour, "2026-11-05", as "11-05" or "5 Nov". */
export function dayOf(date: string): string {
  const [, month = 0, day = 0] = date.split('-').map(Number);
  return dayText(month, day);
}

/** "2026-11-28" */
export function isoDay(at: number): string {
  const p = parts(at);
  return `${p.year}-${two(p.month)}-${two(p.day)}`;
}

/** Whole days between now and then by the plant's calendar; 0 is today. */
export function daysUntil(at: number, now: number): number {
  const day = (t: number) => {
    const p = parts(t);
    return Date.UTC(p.year, p.month - 1, p.day) / 86_400_000;
  };
  return day(at) - day(now);
}
