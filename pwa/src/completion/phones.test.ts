import { expect, test } from 'vitest';
import { type Handset, heardOf, inOrder, matches, maybeGone } from './phones.svelte';

const user = (more: Partial<Handset['users'][number]> = {}): Handset['users'][number] => ({
  person_id: 'p', employee_no: '10011', name_zh: '骆春燕', name_en: 'Luo Chunyan', may: [],
  last_contact_at: null, queued_count: null, oldest_queued_at: null, attempts: null, last_error: null, elsewhere_at: null, ...more,
});
const phone = (id: string, day: number, queued: number | null = null): Handset => ({
  id, label: 'Redmi', shared: false, lost_at: null, last_seen_at: `2026-11-${day}T08:00:00Z`, may: [],
  users: [user({ queued_count: queued })],
});

test('phones that hold work come first, the longest silent before the others, then the last heard of', () => {
  const order = inOrder([phone('quiet', 20), phone('fresh', 27), phone('holds', 26, 2), phone('holds-long', 21, 1), phone('empty', 25, 0)]);
  expect(order.map(({ id }) => id)).toEqual(['holds-long', 'holds', 'fresh', 'empty', 'quiet']);
});

test('a round is a sign of life as well as a login', () => {
  const one = { ...phone('a', 20), users: [user(), user({ last_contact_at: '2026-11-25T08:00:00Z' })] };
  expect(heardOf(one)).toBe(Date.parse('2026-11-25T08:00:00Z'));
});

test('what a phone held may be gone once its user is heard on another one, and only then', () => {
  const held = (elsewhere_at: string | null) => ({ ...phone('a', 20), users: [user({ queued_count: 7, elsewhere_at }), user({ queued_count: 2 })] });
  expect(maybeGone(held('2026-11-25T08:00:00Z'))).toBe(7);
  expect(maybeGone(held(null))).toBe(0);
});

test('a phone is found by person in either language, by number and by its own name', () => {
  for (const words of ['春燕', 'LUO', '10011', ' redmi', '']) expect(matches(phone('a', 20), words)).toBe(true);
  expect(matches(phone('a', 20), '翟')).toBe(false);
});
