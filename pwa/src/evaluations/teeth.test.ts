import { expect, test } from 'vitest';
import { evaluationState, QUIET } from '../sync/status';
import type { CaseRow, EvaluationRow, ParkedItem } from '../sync/types';
import { ROW } from './fake-phone.svelte';
import { finished, teethOf } from './teeth';
import { groupsOf } from './team/groups';

const row = (id: string, state: EvaluationRow['state']): EvaluationRow => ({ ...ROW, id, state });
const rows = [row('open', 'open'), row('sent', 'submitted'), row('here', 'submitted'), row('case', 'submitted'), row('apart', 'submitted'), row('apart-open', 'open')];
const cases = [{ evaluation_id: 'case', state: 'open' }] as CaseRow[];
const status = { ...QUIET, queued_evaluations: new Set(['here', 'case']), parked: [{ record: 'apart' }, { record: 'apart-open' }] as ParkedItem[] };
const team = { status, stateOf: (id: string) => evaluationState(rows.find((one) => one.id === id), cases, status) };

test('who is marked twice is not finished, submitted here or not', () => {
  expect(teethOf(team, rows)).toEqual(['none', 'delivered', 'done_here', 'half', 'delivered', 'half']);
  expect(finished(teethOf(team, rows))).toBe(3);
});

test('ring, counter and groups agree: finished are the finished groups and what was put apart after its submit', () => {
  const groups = Object.fromEntries(groupsOf(rows, team.stateOf, () => null).map(({ name, rows: mine }) => [name, mine.map(({ id }) => id)]));
  expect(groups).toEqual({ look: ['case', 'apart', 'apart-open'], none: ['open'], done_here: ['here'], delivered: ['sent'] });
});
