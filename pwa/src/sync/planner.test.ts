import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  backoff,
  batch,
  FRESH_LINE,
  IDLE_POLL_MS,
  learn,
  type Line,
  MOST_BYTES,
  MOST_EDITS,
  type Outcome,
  plan,
  type QueueItem,
  refreshed,
  type Situation,
} from './planner';

const NOW = 1_000_000;
const YEAR_MS = 365 * 24 * 3_600_000;
const item = (n: number, change: Partial<QueueItem> = {}): QueueItem => ({
  n,
  record: 'A',
  state: 'queued',
  not_before: 0,
  bytes: 40,
  ...change,
});
const situation = (change: Partial<Situation> = {}): Situation => ({
  now: NOW,
  queue: [],
  line: { ...FRESH_LINE, net: 'reached' },
  visible: true,
  asked: false,
  unfinished: false,
  last_round_at: NOW - 1_000,
  ...change,
});
const line = (change: Partial<Line>): Line => ({ ...FRESH_LINE, ...change });

const someQueue = fc
  .array(
    fc.record({
      record: fc.constantFrom('A', 'B'),
      state: fc.constantFrom<QueueItem['state']>('queued', 'sending', 'retry_wait', 'held', 'update_needed', 'set_aside'),
      not_before: fc.constantFrom(0, NOW - 1, NOW, NOW + 1, NOW + 300_000, NOW + YEAR_MS),
    }),
    { maxLength: 6 },
  )
  .map((items) => items.map((change, i) => item(i + 1, change)));

test('nobody is woken in the past: a phone that sleeps sleeps', () => {
  fc.assert(
    fc.property(someQueue, fc.boolean(), (queue, visible) => {
      const next = plan(situation({ queue, visible }));
      if (next.do === 'wait' && next.until !== null) expect(next.until).toBeGreaterThan(NOW);
    }),
  );
});

test('an edit behind one that waits has no time of its own', () => {
  const queue = [item(1, { not_before: NOW + 300_000 }), item(2)];
  expect(plan(situation({ queue, visible: false }))).toEqual({ do: 'wait', until: NOW + 300_000 });
});

describe('plan', () => {
  test.each<[string, Partial<Situation>, ReturnType<typeof plan>]>([
    ['the first round goes at once', { last_round_at: null }, { do: 'round', ns: [] }],
    ['an edit goes at once', { queue: [item(1)] }, { do: 'round', ns: [1] }],
    ['an event asks even when nothing waits', { asked: true }, { do: 'round', ns: [] }],
    ['more to pull is pulled at once', { unfinished: true }, { do: 'round', ns: [] }],
    ['idle and seen, it polls later', {}, { do: 'wait', until: NOW - 1_000 + IDLE_POLL_MS }],
    ['idle and hidden, it waits for an event', { visible: false }, { do: 'wait', until: null }],
    ['hidden with edits, it still sends', { visible: false, queue: [item(1)] }, { do: 'round', ns: [1] }],
    ['without a login nothing goes', { queue: [item(1)], asked: true, line: line({ needs_login: true }) }, { do: 'wait', until: null }],
    ['a back-off is kept', { queue: [item(1)], line: line({ not_before: NOW + 5 }) }, { do: 'wait', until: NOW + 5 }],
    ['a save does not break a back-off', { queue: [item(1)], asked: true, line: line({ not_before: NOW + 5 }) }, { do: 'wait', until: NOW + 5 }],
    ['an update that is needed does not stop a push', { queue: [item(1)], line: line({ needs_update: true }) }, { do: 'round', ns: [1] }],
    ['a set-aside edit asks for nothing', { visible: false, queue: [item(1, { state: 'set_aside' })] }, { do: 'wait', until: null }],
    ['a waiting edit says when', { visible: false, queue: [item(1, { state: 'retry_wait', not_before: NOW + 9 })] }, { do: 'wait', until: NOW + 9 }],
    ['a back-off of before the clock was put back holds nothing up', { queue: [item(1)], line: line({ not_before: NOW + YEAR_MS, told: true }) }, { do: 'round', ns: [1] }],
    ['nor does an edit that was to wait', { queue: [item(1, { state: 'retry_wait', not_before: NOW + YEAR_MS })] }, { do: 'round', ns: [1] }],
    ['nor the last poll', { last_round_at: NOW + YEAR_MS }, { do: 'round', ns: [] }],
  ])('%s', (_name, change, expected) => {
    expect(plan(situation(change))).toEqual(expected);
  });
});

describe('batch', () => {
  test('an edit that must wait holds back the later ones of its record and of no other', () => {
    const queue = [item(1, { state: 'retry_wait', not_before: NOW + 1 }), item(2), item(3, { record: 'B' })];
    expect(batch(queue, NOW, MOST_EDITS)).toEqual([3]);
  });

  test('a held edit and a set-aside one hold back nobody', () => {
    const queue = [item(1, { state: 'held', not_before: NOW + 1 }), item(2, { state: 'set_aside' }), item(3)];
    expect(batch(queue, NOW, MOST_EDITS)).toEqual([3]);
  });

  test('one edit larger than a batch goes alone', () => {
    expect(batch([item(1, { bytes: MOST_BYTES * 2 }), item(2)], NOW, MOST_EDITS)).toEqual([1]);
  });

  const queues = fc.array(
    fc.record({
      record: fc.constantFrom('A', 'B', 'C'),
      state: fc.constantFrom<QueueItem['state']>('queued', 'sending', 'retry_wait', 'held', 'update_needed', 'set_aside'),
      not_before: fc.constantFrom(0, NOW + 10),
      bytes: fc.integer({ min: 20, max: 9_000 }),
    }),
    { maxLength: 120 },
  );
  const numbered = queues.map((list) => list.map((one, i): QueueItem => ({ ...one, n: i + 1 })));

  test('a batch keeps its limits and the order of n', () => {
    fc.assert(
      fc.property(numbered, fc.integer({ min: 1, max: 60 }), (queue, limit) => {
        const ns = batch(queue, NOW, limit);
        const bytes = ns.map((n) => queue[n - 1]?.bytes ?? 0).reduce((a, b) => a + b, 0);
        expect(ns).toEqual([...ns].sort((a, b) => a - b));
        expect(ns.length).toBeLessThanOrEqual(Math.min(limit, MOST_EDITS));
        expect(ns.length <= 1 || bytes <= MOST_BYTES).toBe(true);
      }),
    );
  });

  test('no edit overtakes an earlier one of its record that could still be sent', () => {
    fc.assert(
      fc.property(numbered, (queue) => {
        const ns = new Set(batch(queue, NOW, MOST_EDITS));
        for (const later of queue.filter(({ n }) => ns.has(n))) {
          const passed = queue.filter(({ n, record }) => n < later.n && record === later.record && !ns.has(n));
          expect(passed.every(({ state }) => state === 'held' || state === 'set_aside')).toBe(true);
        }
      }),
    );
  });

  test('with nothing in the way the queue empties in bounded rounds', () => {
    fc.assert(
      fc.property(numbered, (queue) => {
        let left = queue.map((one) => ({ ...one, state: 'queued' as const, not_before: 0 }));
        for (let rounds = 0; left.length; rounds++) {
          const ns = new Set(batch(left, NOW, MOST_EDITS));
          expect(ns.size).toBeGreaterThan(0);
          left = left.filter(({ n }) => !ns.has(n));
          expect(rounds).toBeLessThanOrEqual(queue.length);
        }
      }),
    );
  });
});

describe('learn', () => {
  test.each<[Outcome, Partial<Line>]>([
    [{ was: 'answered' }, { net: 'reached', failures: 0, not_before: 0 }],
    [{ was: 'offline' }, { net: 'offline', failures: 1, needs_login: false }],
    [{ was: 'captive' }, { net: 'captive', failures: 1 }],
    [{ was: 'server_down' }, { net: 'server_down', failures: 1 }],
    [{ was: 'refused' }, { net: 'reached', failures: 1 }],
    [{ was: 'foreign' }, { net: 'server_down', failures: 1, limit: 25 }],
    [{ was: 'needs_login' }, { net: 'reached', needs_login: true, failures: 0 }],
    [{ was: 'update_needed' }, { needs_update: true }],
    [{ was: 'timeout' }, { net: 'offline', limit: 25 }],
    [{ was: 'too_big', ns: [1, 2, 3, 4] }, { limit: 2 }],
  ])('%j teaches %j', (outcome, expected) => {
    const lesson = learn(FRESH_LINE, outcome, NOW, 0.5);
    expect(lesson.line).toMatchObject(expected);
    expect(lesson.set_aside).toBeNull();
  });

  test('only one edit alone in a refused request is set aside', () => {
    expect(learn(FRESH_LINE, { was: 'too_big', ns: [7] }, NOW, 0).set_aside).toBe(7);
  });

  test('400 to a whole batch comes down to its one bad edit in few rounds', () => {
    let held: Line = FRESH_LINE;
    let queue = Array.from({ length: 50 }, (_, i) => item(i + 1, { record: `r${i}` }));
    let rounds = 0;
    let found: number | null = null;
    while (found === null && rounds++ < 60) {
      const ns = batch(queue, NOW, held.limit);
      const bad = ns.includes(33);
      const lesson = learn(held, bad ? { was: 'too_big', ns } : { was: 'answered' }, NOW, 0);
      if (!bad) queue = queue.filter(({ n }) => !ns.includes(n));
      held = lesson.line;
      found = lesson.set_aside;
    }
    expect(found).toBe(33);
    expect(rounds).toBeLessThan(20);
  });

  test('what the server said about waiting is kept, and a little more', () => {
    for (const fraction of [0, 0.999]) {
      const { line: told } = learn(FRESH_LINE, { was: 'busy', retry_after_s: 10 }, NOW, fraction);
      expect(told.not_before).toBeGreaterThanOrEqual(NOW + 10_000);
      expect(told.not_before).toBeLessThan(NOW + 12_500);
      expect(refreshed(told, 'event').not_before).toBe(told.not_before);
    }
  });

  test('an event ends a back-off that was only a guess, a login ends the pause', () => {
    const guess = learn(FRESH_LINE, { was: 'offline' }, NOW, 0.9).line;
    expect(refreshed(guess, 'event').not_before).toBe(0);
    expect(refreshed(line({ needs_login: true }), 'event').needs_login).toBe(true);
    expect(refreshed(line({ needs_login: true }), 'login').needs_login).toBe(false);
  });

  test('a back-off lies between its floor and its cap, however often it failed', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (failures, fraction) => {
        const wait = backoff(failures, fraction);
        expect(wait).toBeGreaterThanOrEqual(250);
        expect(wait).toBeLessThanOrEqual(30_250);
      }),
    );
  });
});
