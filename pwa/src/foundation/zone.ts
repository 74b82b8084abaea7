/**
 * The plant's clock without Intl where that is possible. Making one DateTimeFormat costs 20 to 80 ms of a cold start on
 * a desktop core and four times that on a cheap phone (measured), more than drawing the screen. A zone that keeps one
 * offset all year (China's does) needs none: the offset is worked out once, kept, and looked at again when idle.
 */
const KEY = 'gemba-zone';
const LOOK_AGAIN_MS = 10_000;
const MONTH_MS = 30 * 86_400_000;
const MONTHS_AROUND = 7;

/** Minutes east of Greenwich, all year; null: the zone changes, or is unknown, and needs Intl. */
export function steadyOffset(zone: string): number | null {
  const kept = read();
  if (kept?.zone === zone) {
    setTimeout(() => keep(zone, workOut(zone)), LOOK_AGAIN_MS);
    return kept.offset;
  }
  const offset = workOut(zone);
  keep(zone, offset);
  return offset;
}

/** Asks Intl for the offset in each month around now. */
export function workOut(zone: string, now: number = Date.now()): number | null {
  try {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    });
    const offsets = new Set<number>();
    for (let month = -MONTHS_AROUND; month <= MONTHS_AROUND; month++) {
      const minute = Math.floor((now + month * MONTH_MS) / 60_000);
      const part = Object.fromEntries(format.formatToParts(minute * 60_000).map(({ type, value }) => [type, Number(value)]));
      const wall = Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute']);
      offsets.add(wall / 60_000 - minute);
    }
    const [only = null] = offsets;
    return offsets.size === 1 ? only : null;
  } catch {
    return null;
  }
}

function read(): { zone: string; offset: number | null } | null {
  try {
    const [zone, offset] = localStorage.getItem(KEY)?.split('|') ?? [];
    return zone === undefined ? null : { zone, offset: offset ? Number(offset) : null };
  } catch {
    return null;
  }
}

function keep(zone: string, offset: number | null): void {
  try {
    localStorage.setItem(KEY, `${zone}|${offset ?? ''}`);
  } catch {
    // It is worked out again next time.
  }
}
