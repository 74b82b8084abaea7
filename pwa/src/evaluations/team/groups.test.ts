import { expect, test } from 'vitest';
import { ROW } from '../fake-phone.svelte';
import type { EvaluationState } from '../../sync/types';
import { groupsOf, minutesLeft, nextPerson } from './groups';

const row = (id: string, submitted_at: number | null = null) => ({ ...ROW, id, submitted_at, state: submitted_at === null ? ('open' as const) : ('submitted' as const) });
const states: Record<string, EvaluationState> = { a: 'delivered', b: 'none', c: 'half', d: 'case', e: 'done_here', f: 'none', g: 'done_here' };
const stateOf = (id: string) => states[id] ?? 'none';
const MINUTE = 60_000;

test('groups stand in the order of who needs a hand, each person once, finished ones latest first', () => {
  const rows = [row('a', 1), row('b'), row('c'), row('d', 2), row('e', 3), row('f'), row('g', 4)];
  expect(groupsOf(rows, stateOf, (row) => row.submitted_at).map(({ name, rows: mine }) => [name, mine.map(({ id }) => id).join('')])).toEqual([
    ['look', 'd'],
    ['half', 'c'],
    ['none', 'bf'],
    ['done_here', 'ge'],
    ['delivered', 'a'],
  ]);
});

test('the main button continues a half page before it begins a new one', () => {
  expect(nextPerson([row('b'), row('c')], stateOf)?.id).toBe('c');
  expect(nextPerson([row('a', 1)], stateOf)).toBeUndefined();
});

test('who may not score a page is not sent to it', () => {
  expect(nextPerson([{ ...row('b'), may: [] }, row('f')], stateOf)?.id).toBe('f');
});

test('the time left is the median pace of this sitting, and nothing without two gaps', () => {
  const at = (...minutes: number[]) => minutes.map((minute) => minute * MINUTE + 1);
  expect(minutesLeft(at(0, 1), 4)).toBeNull();
  expect(minutesLeft(at(0, 1, 2, 90, 91), 4)).toBe(4);
  expect(minutesLeft(at(0, 1, 2), 0)).toBeNull();
});
