import { expect, test } from 'vitest';
import { FORM, ROW } from './fake-phone.svelte';
import { firstLine, linesOf, nextOpen, openLines, overallOf, twiceBelow } from './progress';
import type { EvaluationRow, Field } from '../sync/types';

const field = (value: unknown): Field => ({ value, version: 'd.me.1' });
const row = (fields: EvaluationRow['fields'], more: Partial<EvaluationRow> = {}): EvaluationRow => ({ ...ROW, ...more, fields });

test('a measured line has the mark of its rule and asks nobody', () => {
  const [first] = linesOf(row({}), FORM);
  expect(first).toMatchObject({ mark: 3, by: 'data', open: false, overridden: false });
});

test('a judged line is open until a person marks it', () => {
  expect(openLines(linesOf(row({}), FORM)).map((line) => line.key)).toEqual([3, 5]);
  expect(openLines(linesOf(row({ 'score/3': field(4), 'score/5': field(2) }), FORM))).toEqual([]);
});

test('a measured line without a value asks a person', () => {
  const lines = linesOf(row({}, { values: [null, 96.6, null, 92.1, null], rules: [null, 3, null, 2, null] }), FORM);
  expect(lines[0]).toMatchObject({ mark: null, open: true, by: null });
  expect(firstLine(lines)).toBe(0);
});

test('a changed mark of the rule is open until it has a reason, blanks are none', () => {
  expect(linesOf(row({ 'score/1': field(4) }), FORM)[0]).toMatchObject({ overridden: true, open: true, mark: 4, by: 'hand' });
  expect(linesOf(row({ 'score/1': field(4), 'reason/1': field('  ') }), FORM)[0]?.open).toBe(true);
  expect(linesOf(row({ 'score/1': field(4), 'reason/1': field('等料') }), FORM)[0]?.open).toBe(false);
});

test('a hand that gives what the rule gives has changed nothing', () => {
  expect(linesOf(row({ 'score/1': field(3) }), FORM)[0]).toMatchObject({ overridden: false, by: 'data', open: false });
});

test('the overall is there only when every line has a mark', () => {
  expect(overallOf(linesOf(row({ 'score/3': field(4) }), FORM))).toBeNull();
  expect(overallOf(linesOf(row({ 'score/3': field(4), 'score/5': field(5) }), FORM))).toBe(33);
});

test('the next open line is searched round the end and never the same line', () => {
  const lines = linesOf(row({ 'score/3': field(4) }), FORM);
  expect(nextOpen(lines, 2)).toBe(4);
  expect(nextOpen(lines, 4)).toBe(-1);
});

test('twice below counts lines whose last two known periods broke the threshold', () => {
  const trend = (values: (number | null)[]) => ({ id: 'e1', lines: [{ key: 1, periods: [], values, data_to: null }] });
  expect(twiceBelow(FORM, trend([99, 89, null, 88]))).toBe(1);
  expect(twiceBelow(FORM, trend([88, 89, 91]))).toBe(0);
  expect(twiceBelow(FORM, trend([88]))).toBe(0);
  expect(twiceBelow(FORM, undefined)).toBe(0);
});
