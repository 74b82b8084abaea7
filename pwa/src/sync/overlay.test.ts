import { describe, expect, test } from 'vitest';
import { byRecord, overCase, Overlaid, overEvaluation, overResult, type OwnEdit } from './overlay';
import type { CaseRow, EvaluationRow, ResultRow } from './types';

const ME = 'dev.ann';
const row = (change: Partial<EvaluationRow> = {}): EvaluationRow => ({
  id: 'E1',
  cycle_id: 'C',
  form_id: 'F',
  rater_id: 'ann',
  employee_no: '1',
  name_zh: '王芳',
  name_en: 'Wang Fang',
  level: null,
  department_zh: '甲班',
  department_en: 'A',
  values: [],
  rules: [],
  lasts: [],
  last_overall: null,
  state: 'open',
  fields: { 'score/1': { value: 3, version: 'bo.7' } },
  submitted_at: null,
  may: ['score', 'submit'],
  run_order: 1,
  ...change,
});
const edit = (n: number, change: Partial<OwnEdit> = {}): OwnEdit => ({
  n,
  record: 'E1',
  field: 'score/1',
  op: 'set',
  value: 4,
  base: [],
  device_time_ms: n,
  version: `${ME}.${n}`,
  shown: `${ME}.${n}~x`,
  ...change,
});

test('an own edit lies over the row and gives the next edit its base: the edit with the content that is shown', () => {
  expect(overEvaluation(row(), [edit(1), edit(2, { value: 5 })]).fields['score/1']).toEqual({ value: 5, version: 'dev.ann.2~x' });
});

test('an edit that still waits does not lie over what its author wrote later on this phone, when the row holds that', () => {
  const waiting = edit(2, { value: 5 });
  for (const version of ['dev.ann.3', 'dev+digest.ann.3']) {
    const held = row({ fields: { 'score/1': { value: 1, version } } });
    expect(overEvaluation(held, [waiting]).fields['score/1']).toEqual({ value: 1, version });
  }
  for (const version of ['dev.ann.1', 'other.ann.3', 'dev.bo.3', null]) {
    const held = row({ fields: { 'score/1': { value: 1, version } } });
    expect(overEvaluation(held, [waiting]).fields['score/1']?.value).toBe(5);
  }
});

describe('an edit that was refused', () => {
  const refused = (n: number) => edit(n, { refused: true });
  const score = (version: string | null, ...edits: OwnEdit[]) => overEvaluation(row({ fields: { 'score/1': { value: 3, version } } }), edits).fields['score/1'];

  test('has no effect here either, and is named beside what is shown: the newest two of them', () => {
    expect(score('bo.7.1', refused(2))).toEqual({ value: 3, version: 'bo.7.1', refused: ['dev.ann.2'] });
    expect(score('bo.7.1', refused(1), refused(2), refused(4))?.refused).toEqual(['dev.ann.2', 'dev.ann.4']);
  });

  test('is named where nothing stands', () => {
    expect(overEvaluation(row({ fields: {} }), [refused(2)]).fields).toEqual({ 'score/1': { value: null, version: null, refused: ['dev.ann.2'] } });
  });

  test('is named no more by who has gone on from it', () => {
    expect(score('bo.7.1', refused(2), edit(3))).toEqual({ value: 4, version: 'dev.ann.3~x' });
    expect(score('dev.ann.3', refused(2))).toEqual({ value: 3, version: 'dev.ann.3' });
  });

  test('is named beside an older own edit that waits', () => {
    expect(score('bo.7.1', edit(1), refused(2))).toEqual({ value: 4, version: 'dev.ann.1~x', refused: ['dev.ann.2'] });
  });
});

test('a row without edits stays the same object', () => {
  const plain = row();
  expect(overEvaluation(plain)).toBe(plain);
});

test('the row itself is never changed', () => {
  const plain = row();
  overEvaluation(plain, [edit(1), edit(2, { field: 'chips/1', op: 'add', value: 'q1' })]);
  expect(plain).toEqual(row());
});

test('taking a chip off removes what its author had seen, and no add made since', () => {
  const held = row({ fields: { 'chips/1': { value: { q1: 'dev.ann.3,bo.9' }, version: null } } });
  const off = edit(4, { field: 'chips/1', op: 'remove', value: 'q1', base: ['dev.ann.3'] });
  expect(overEvaluation(held, [off]).fields['chips/1']?.value).toEqual({ q1: 'bo.9' });
  const both = edit(4, { field: 'chips/1', op: 'remove', value: 'q1', base: ['dev.ann.3', 'bo.9'] });
  expect(overEvaluation(held, [both]).fields['chips/1']?.value).toEqual({});
});

test('a submit made here can be recalled here, not scored', () => {
  const sent = overEvaluation(row(), [edit(1, { field: 'status', op: 'command', value: { name: 'submit', signs: [] } })]);
  expect([sent.state, sent.may]).toEqual(['submitted', ['recall']]);
  const back = overEvaluation(sent, [edit(2, { field: 'status', op: 'command', value: { name: 'recall', signs: [] } })]);
  expect([back.state, back.may]).toEqual(['open', ['score', 'submit']]);
});

test('a decision closes its own case and no other', () => {
  const open = (id: string): CaseRow => ({
    id,
    evaluation_id: 'E1',
    code: 's1',
    field: 'score/1',
    state: 'open',
    base_value: 3,
    candidates: [],
    chosen: null,
    reason: null,
    decided_by_zh: null,
    decided_by_en: null,
    decided_at: null,
    may: ['decide'],
  });
  const decision = edit(1, { op: 'resolve', value: { case: 'K1', chosen: 'bo.7', value: 3, reason: '在场' } });
  expect(overCase(open('K1'), [decision])).toMatchObject({ state: 'resolved', chosen: 'bo.7', reason: '在场' });
  expect(overCase(open('K2'), [decision]).state).toBe('open');
  expect(overEvaluation(row(), [decision]).fields['score/1']).toEqual({ value: 3, version: 'dev.ann.1' });
});

test('an answer shows on the own result at once', () => {
  const result = { id: 'R1', answer: null } as ResultRow;
  const said = edit(1, { record: 'R1', field: 'answer', op: 'append', value: { answer: 'disagree', note: '不对' } });
  expect(overResult(result, [said])).toMatchObject({ answer: 'disagree', answer_note: '不对', answered_at: 1 });
});

test('edits lie on each other in the order of n, whatever order they come in', () => {
  const edits = byRecord([edit(12, { value: 2 }), edit(9, { value: 5 }), edit(100, { value: 1 })]);
  expect(edits.get('E1')?.map(({ n }) => n)).toEqual([9, 12, 100]);
});

test('a new edit of one person redraws that person alone', () => {
  const rows = new Map([
    ['E1', row()],
    ['E2', row({ id: 'E2' })],
  ]);
  const overlaid = new Overlaid('evaluation');
  const first = edit(1);
  const before = overlaid.over(rows, byRecord([first]));
  const after = overlaid.over(rows, byRecord([first, edit(2, { record: 'E2' })]));
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
});
