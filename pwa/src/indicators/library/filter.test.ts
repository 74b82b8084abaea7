import { expect, test } from 'vitest';
import type { Goal, Job, Place, Row } from './desk.svelte';
import { filtered } from './filter';
import { branches } from './goals';

const places = [{ id: 'plant', parent_id: null }, { id: 'works', parent_id: 'plant' }, { id: 'shift', parent_id: 'works' }, { id: 'office', parent_id: 'plant' }] as Place[];
const jobs = [{ id: 'operator', department_ids: ['shift'] }, { id: 'clerk', department_ids: ['office'] }] as Job[];
const row = (code: string, state: string, job: string, orphan = false) => ({ code, state, orphan, name_zh: code, name_en: `${code} en`, job_ids: [job] }) as Row;
const rows = [row('A', 'approved', 'operator'), row('B', 'proposed', 'clerk', true), row('C', 'draft', 'operator')];
const all = { place: '', job: '', state: '', orphans: false, sought: '' };
const codes = (asked: Partial<typeof all>) => filtered(rows, jobs, places, { ...all, ...asked }).map(({ code }) => code);

test('what waits for somebody comes first', () => {
  expect(codes({})).toEqual(['B', 'C', 'A']);
});

test('a workshop finds what judges people of its shifts', () => {
  expect(codes({ place: 'works' })).toEqual(['C', 'A']);
  expect(codes({ place: 'office' })).toEqual(['B']);
});

test('job, state, orphans and words narrow the list', () => {
  expect([codes({ job: 'operator' }), codes({ state: 'draft' }), codes({ orphans: true }), codes({ sought: ' b EN ' })]).toEqual([['C', 'A'], ['C'], ['B'], ['B']]);
});

test('a goal stands under its parent, and at the top where the reader does not see the parent', () => {
  const goal = (id: string, parent_id: string | null) => ({ id, parent_id }) as Goal;
  const found = branches([goal('top', null), goal('lone', 'hidden'), goal('below', 'top')]);
  expect(found.map((one) => [one.goal.id, one.depth])).toEqual([['top', 0], ['below', 1], ['lone', 0]]);
});
