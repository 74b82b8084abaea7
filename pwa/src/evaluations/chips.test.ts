import { expect, test } from 'vitest';
import { asksForFact, filled, misfits, offers } from './chips';
import { FORM, ROW } from './fake-phone.svelte';
import { linesOf, type LineView } from './progress';
import type { ChipRow, EvaluationRow } from '../sync/types';

const zh = (text: string) => text;
const chip = (id: string, indicator_code: string, band: ChipRow['band'], text: string): ChipRow => ({ id, indicator_code, band, zh: text, en: text });
function line(key: number, mark: number | null, more: Partial<EvaluationRow> = {}): LineView {
  const fields = mark === null ? {} : { [`score/${key}`]: { value: mark, version: 'v' } };
  const found = linesOf({ ...ROW, ...more, fields }, FORM).find((one) => one.key === key);
  if (!found) throw new Error(`no line ${key}`);
  return found;
}
const texts = (chips: ChipRow[], of: LineView) => offers(chips, of, '11 月', zh).map((offer) => offer.text);

test('only chips of the indicator and of the band are offered, facts first, own before general', () => {
  const chips = [chip('a', '', 'low', '请他讲一讲'), chip('b', 'ATT', 'low', '迟到多'), chip('c', 'ATT', 'low', '出勤 {value}'), chip('d', 'OUT', 'low', '别的'), chip('e', 'ATT', 'high', '全勤')];
  expect(texts(chips, line(4, null))).toEqual(['出勤 92.1%', '迟到多', '请他讲一讲']);
});

test('a fact that the data do not bear is not offered', () => {
  const noData = line(4, 2, { values: [95.6, 96.6, null, null, null], rules: [3, 3, null, null, null] });
  expect(texts([chip('c', 'ATT', 'low', '出勤 {value}')], noData)).toEqual([]);
  expect(filled('低于预警 {threshold}', line(1, null), null)).toBeNull();
  expect(filled('达到目标 {target}', line(1, 5), null)).toBeNull();
  expect(filled('{period} 最好', line(1, null), null)).toBeNull();
  expect(filled('{period} 最好', line(1, null), '11 月')).toBe('11 月 最好');
});

test('below the threshold is said only where it is so', () => {
  expect(filled('低于 {threshold}', line(4, null), null)).toBe('低于 94%');
});

test('a blank is marked as one', () => {
  expect(offers([chip('a', '', 'low', '晚到 __ 分钟')], line(4, null), null, zh)[0]?.blank).toBe(true);
});

test('an unmarked line offers nothing', () => {
  expect(texts([chip('a', '', 'low', '请他讲一讲')], line(3, null))).toEqual([]);
});

test('chips of another band are misfits, those the library no longer has are kept', () => {
  const chips = [chip('a', '', 'low', 'x'), chip('b', '', 'mid', 'y')];
  expect(misfits(chips, ['a', 'b', 'gone'], 4)).toEqual(['a']);
});

test('the ends of the scale wait for a fact, 3 and 4 flow on', () => {
  expect([1, 2, 3, 4, 5].filter(asksForFact)).toEqual([1, 2, 5]);
});
