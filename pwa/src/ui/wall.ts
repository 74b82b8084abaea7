/** Times that a person types are the plant's wall clock: "2026-11-30T18:00" there is one instant everywhere. */

/** Minutes by which the zone is ahead of UTC at this instant. */
function ahead(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric',
  }).formatToParts(at);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = ['year', 'month', 'day', 'hour', 'minute'].map(
    (type) => Number(parts.find((part) => part.type === type)?.value),
  );
  return Math.round((Date.UTC(year, month - 1, day, hour, minute) - Math.floor(at / 60_000) * 60_000) / 60_000);
}

/** The instant of a wall-clock time in that zone, as RFC 3339 in UTC. In a repeated hour the earlier one. */
export function instantOf(wall: string, zone: string): string {
  const naive = Date.parse(`${wall}:00Z`);
  const first = naive - ahead(zone, naive) * 60_000;
  return new Date(naive - ahead(zone, first) * 60_000).toISOString();
}

/** "2026-11-30T18:00" of an instant in that zone, for an input. */
export function wallOf(at: number, zone: string): string {
  return new Date(at + ahead(zone, at) * 60_000).toISOString().slice(0, 16);
}
