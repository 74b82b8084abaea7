/**
 * Pure: what the phone should do next, and what it learns from how the last round ended. No clock, no chance, no
 * storage, no network: all come in as values, so that the simulator can replay a phone from a seed.
 *
 * No outcome deletes an edit. 401 pauses; 403, 404, 422 and whatever else is not our receipt keeps; 429 and 503 wait as
 * told. Our own word that a request could not be read halves the batch down to one edit, and that one is set aside, shown
 * and exportable. Somebody else's 4xx (a proxy, a portal) halves it too, for it may mind the size, and sets nothing aside.
 */
import type { Millis, Net } from './types';

export const MOST_EDITS = 50;
export const MOST_BYTES = 16_000;
export const IDLE_POLL_MS = 20_000;
/** No wait is longer, whoever asks for it. One that seems to be was set by a clock that has since been put back. */
export const LONGEST_WAIT_MS = 600_000;
const BACKOFF_FLOOR_MS = 250;
const BACKOFF_BASE_MS = 1_000;
const BACKOFF_CAP_MS = 30_000;
const REFUSED_CAP_MS = 300_000;

export interface QueueItem {
  n: number;
  record: string;
  state: 'queued' | 'sending' | 'retry_wait' | 'held' | 'update_needed' | 'set_aside';
  not_before: Millis;
  bytes: number;
}

/** How the line to the server stands. */
export interface Line {
  net: Net;
  /** Failed rounds in a row. */
  failures: number;
  not_before: Millis;
  /** `not_before` is the server's own word: no event makes it shorter. */
  told: boolean;
  /** Most edits in the next push. */
  limit: number;
  needs_login: boolean;
  needs_update: boolean;
  /** How the last round failed; null after an answer. Told to the person and to the server, decides nothing. */
  last_error: Outcome['was'] | null;
}

export const FRESH_LINE: Line = {
  net: 'unknown',
  failures: 0,
  not_before: 0,
  told: false,
  limit: MOST_EDITS,
  needs_login: false,
  needs_update: false,
  last_error: null,
};

export interface Situation {
  now: Millis;
  /** In the order of n. */
  queue: readonly QueueItem[];
  line: Line;
  visible: boolean;
  /** An event asks for a round: start, visible, online, a save, a person's tap. */
  asked: boolean;
  /** The last answer said that there is more, or changed what may be seen. */
  unfinished: boolean;
  last_round_at: Millis | null;
}

export type Plan = { do: 'round'; ns: number[] } | { do: 'wait'; until: Millis | null };

export type Outcome =
  | { was: 'answered' }
  | { was: 'offline' | 'timeout' | 'captive' | 'server_down' | 'refused' | 'foreign' | 'needs_login' | 'update_needed' | 'server_old' }
  | { was: 'busy'; retry_after_s: number | null }
  | { was: 'too_big'; ns: readonly number[] };

/** The next thing to do. `until` null: nothing but an event. */
export function plan({ now, queue, line, visible, asked, unfinished, last_round_at }: Situation): Plan {
  if (line.needs_login) return { do: 'wait', until: null };
  if (mustWait(line.not_before, now)) return { do: 'wait', until: line.not_before };
  const waits: Millis[] = [];
  const ns = batch(queue, now, line.limit, waits);
  const pollAt = visible ? (last_round_at ?? 0) + IDLE_POLL_MS : null;
  const pollIsDue = pollAt !== null && !mustWait(pollAt, now, IDLE_POLL_MS);
  if (ns.length || asked || unfinished || last_round_at === null || pollIsDue) {
    return { do: 'round', ns };
  }
  return { do: 'wait', until: earliest([pollAt, ...waits]) };
}

/**
 * Which edits go next, in the order of n, at most `limit` and 16 kB. Order is kept within one record only: an edit that
 * must wait holds back the later ones of its record and of no other. `waits` gets until when those in front must: of one
 * behind them its own time says nothing, and to wake for it would be to wake without end.
 */
export function batch(queue: readonly QueueItem[], now: Millis, limit: number, waits: Millis[] = []): number[] {
  const waiting = new Set<string>();
  const ns: number[] = [];
  let bytes = 0;
  for (const item of queue) {
    if (waiting.has(item.record) || item.state === 'set_aside') continue;
    if (!mayGo(item) || mustWait(item.not_before, now)) {
      if (mayGo(item)) waits.push(item.not_before);
      if (item.state !== 'held') waiting.add(item.record);
      continue;
    }
    if (ns.length >= Math.min(limit, MOST_EDITS) || (ns.length > 0 && bytes + item.bytes > MOST_BYTES)) break;
    ns.push(item.n);
    bytes += item.bytes;
  }
  return ns;
}

const mustWait = (until: Millis, now: Millis, longest = LONGEST_WAIT_MS): boolean => until > now && until - now <= longest;

const mayGo = ({ state }: QueueItem): boolean => state !== 'update_needed' && state !== 'set_aside';

function earliest(times: (Millis | null)[]): Millis | null {
  const known = times.filter((time): time is Millis => time !== null);
  return known.length ? Math.min(...known) : null;
}

export interface Lesson {
  line: Line;
  /** The edit that no server will take. */
  set_aside: number | null;
}

/** What a round's end teaches. `fraction`: chance, 0 <= x < 1, for the full jitter of a back-off. */
export function learn(line: Line, outcome: Outcome, now: Millis, fraction: number): Lesson {
  const failed = (net: Net, change: Partial<Line> = {}, cap = BACKOFF_CAP_MS): Lesson => ({
    line: {
      ...line,
      net,
      failures: line.failures + 1,
      not_before: now + backoff(line.failures, fraction, cap),
      told: false,
      last_error: outcome.was,
      ...change,
    },
    set_aside: null,
  });
  const halved = Math.max(1, Math.ceil(line.limit / 2));
  switch (outcome.was) {
    case 'answered':
      return {
        line: { ...FRESH_LINE, net: 'reached', limit: Math.min(MOST_EDITS, line.limit * 2) },
        set_aside: null,
      };
    case 'offline':
      return failed('offline');
    case 'timeout':
      return failed('offline', { limit: halved });
    case 'captive':
      return failed('captive');
    case 'server_down':
      return failed('server_down');
    case 'refused':
    case 'server_old':
      return failed('reached', {}, REFUSED_CAP_MS);
    case 'foreign':
      return failed('server_down', { limit: halved });
    case 'needs_login':
      return { line: { ...line, net: 'reached', needs_login: true, last_error: outcome.was }, set_aside: null };
    case 'update_needed':
      return failed('reached', { needs_update: true }, REFUSED_CAP_MS);
    case 'busy': {
      if (outcome.retry_after_s === null) return failed('server_down');
      // Up to a quarter more than told, so that a shift's phones do not all come back at once.
      const wait = Math.min(LONGEST_WAIT_MS, outcome.retry_after_s * 1000 * (1 + fraction / 4));
      return failed('server_down', { not_before: now + wait, told: true });
    }
    case 'too_big': {
      const [only] = outcome.ns;
      if (only === undefined) return failed('reached', {}, REFUSED_CAP_MS);
      if (outcome.ns.length === 1) return { line: { ...line, net: 'reached', failures: 0, last_error: outcome.was }, set_aside: only };
      return { line: { ...line, net: 'reached', limit: Math.ceil(outcome.ns.length / 2), last_error: outcome.was }, set_aside: null };
    }
  }
}

/** Full jitter: anything between the floor and the cap of this many failures. */
export function backoff(failures: number, fraction: number, cap: Millis = BACKOFF_CAP_MS): Millis {
  const ceiling = Math.min(cap, BACKOFF_BASE_MS * 2 ** Math.min(failures, 20));
  return BACKOFF_FLOOR_MS + fraction * ceiling;
}

/** The login is back, or an event gives hope: a back-off that was only a guess is over, the server's word is not. */
export function refreshed(line: Line, by: 'login' | 'event'): Line {
  const told = line.told ? {} : { not_before: 0 };
  return by === 'login' ? { ...line, ...told, needs_login: false } : { ...line, ...told };
}
