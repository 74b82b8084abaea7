import { expect, test } from 'vitest';
import type { Candidate, CaseRow, EvaluationRow, FormRow } from '../../sync/types';
import { bothTexts, movesOf, sidesOf } from './sides';

const candidate = (author_id: string, value: unknown, device_time: number, received_at: number): Candidate => ({
  version: `d.${author_id}.1`, value, author_id, author_zh: author_id, author_en: author_id, device_label: '',
  device_time, received_at, base_version: null, comment: null,
});
const line = (key: number, weight: number) => ({ key, weight, code: `L${key}`, bands: null, anchors: null, direction: 'higher' }) as unknown as FormRow['lines'][number];
const form = { id: 'f', job_zh: '', job_en: '', lines: [line(1, 60), line(2, 40)] } as FormRow;
const evaluation = {
  id: 'e', rater_id: 'ann', values: [null, null], rules: [3, null], lasts: [null, null], fields: { 'score/2': { value: 4, version: 'd.ann.1' } },
} as unknown as EvaluationRow;
const row = (field: string, candidates: Candidate[]) => ({ id: 'c', evaluation_id: 'e', field, candidates }) as unknown as CaseRow;

test('each choice says what it makes of the whole', () => {
  const sides = sidesOf(row('score/2', [candidate('ann', 4, 0, 1), candidate('bo', 2, 0, 1)]), evaluation, form, 'ann');
  expect(sides.map(({ mine, mark, overall }) => [mine, mark, overall])).toEqual([[true, 4, 34], [false, 2, 26]]);
});

test('the own side stands first, and whoever stood in is named as such', () => {
  const sides = sidesOf(row('score/2', [candidate('bo', 2, 0, 1), candidate('ann', 4, 5, 6)]), evaluation, form, 'ann');
  expect(sides.map(({ mine, standsIn }) => [mine, standsIn])).toEqual([[true, false], [false, true]]);
});

const MINUTE = 60_000;
test('only what two clocks prove is said: written after it arrived, the clock is ahead; of a late arrival nobody knows why', () => {
  const sides = sidesOf(row('score/2', [candidate('ann', 4, 10 * MINUTE, 0), candidate('bo', 2, 0, 180 * MINUTE)]), evaluation, form, 'ann');
  expect(sides.map(({ clockAhead }) => clockAhead)).toEqual([true, false]);
});

test('the trail has every writing and every arrival with its own time, and no clock turns them round', () => {
  const sides = sidesOf(row('score/2', [candidate('ann', 4, 10 * MINUTE, 2 * MINUTE), candidate('bo', 2, 0, 1.5 * MINUTE)]), evaluation, form, 'ann');
  const said = movesOf(sides).map(({ side, does, at }) => [side.candidate.author_id, does, at / MINUTE]);
  expect(said).toEqual([['bo', 'wrote', 0], ['bo', 'arrived', 1.5], ['ann', 'wrote', 10], ['ann', 'arrived', 2]]);
});

test('keeping both texts keeps the earlier first and says nothing twice', () => {
  const sides = sidesOf(row('comment/2', [candidate('bo', '没清扫', 5, 6), candidate('ann', '都合格', 1, 9), candidate('cy', '没清扫', 7, 8)]), evaluation, form, 'ann');
  expect(bothTexts(sides)).toBe('都合格\n没清扫');
});
