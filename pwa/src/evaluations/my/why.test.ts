import { expect, test } from 'vitest';
import { overwriteGetLocale } from '../../generated/paraglide/runtime.js';
import type { ChipRow, FormRow, ResultRow } from '../../sync/types';
import { sumOf } from './sum';
import { exactly, share, whyOf } from './why';

overwriteGetLocale(() => 'en');

const line = (key: number, weight: number, bands: [number, number, number, number] | null) => ({
  key, weight, bands, code: `L${key}`, unit: '%', direction: 'higher', target: null, threshold: null, anchors: null, source: bands ? 'MES' : 'rating',
}) as unknown as FormRow['lines'][number];
const form: FormRow = { id: 'f', job_zh: '', job_en: '', lines: [line(1, 60, [90, 95, 100, 105]), line(2, 30, [90, 95, 100, 105]), line(3, 10, null)] };
const result = {
  values: [96, 91, null], rules: [3, 2, null], scores: [null, 3, 5], comments: [null, null, '带新人'],
  chips: [null, null, ['q']], reasons: [null, '停机两天', null], overall: 32,
} as unknown as ResultRow;
const chips = [{ id: 'q', indicator_code: '', band: 'high', zh: '做法已推广', en: 'Spread' }] as ChipRow[];
const zh = (text: string) => text;

test('the strongest line comes first, and a mark of the rule says so', () => {
  const why = whyOf(result, form, chips, null, zh);
  expect(why.map(({ view, mark, byData }) => [view.key, mark, byData])).toEqual([[3, 5, false], [1, 3, true], [2, 3, false]]);
});

test('a changed mark keeps its reason, and chips are said in the language of the reader', () => {
  const why = whyOf(result, form, chips, null, (_, en) => en);
  expect(why[2]?.reason).toBe('停机两天');
  expect(why[0]?.said).toEqual(['Spread', '带新人']);
});

test('the shares of all lines make the whole', () => {
  const why = whyOf(result, form, chips, null, zh);
  const sum = why.reduce((all, one) => all + Number(share(one.mark ?? 0, one.view.line.weight)), 0);
  expect(Math.round(sum * 10)).toBe(result.overall);
});

test('a mark without data says what its point stands for, and that no data came', () => {
  const anchored = { ...form.lines[2], anchors: [['一', 'One'], ['二', 'Two'], ['三', 'Three'], ['四', 'Four'], ['五', 'Five']] } as FormRow['lines'][number];
  const bare = { ...result, values: [null, 91, null], rules: [null, 2, null], scores: [2, 3, 5], chips: [['w'], null, null] } as ResultRow;
  const low = { id: 'w', indicator_code: '', band: 'low', zh: '返工两次', en: 'Reworked twice' } as ChipRow;
  const why = whyOf(bare, { ...form, lines: [...form.lines.slice(0, 2), anchored] }, [low], null, (_, en) => en);
  const of = (key: number) => why.find(({ view }) => view.key === key);
  expect(of(1)).toMatchObject({ noData: true, point: '90–95% = 2', said: ['Reworked twice'] });
  expect(of(2)).toMatchObject({ noData: false, point: '' });
  expect(of(3)).toMatchObject({ noData: false, point: 'Five' });
});

test('the total is told as it is before it is rounded', () => {
  const why = whyOf(result, form, chips, null, zh);
  expect(exactly(why)).toBe('3.2');
  expect(exactly(why.map((one) => ({ ...one, mark: 3, view: { ...one.view, line: { ...one.view.line, weight: 35 } } })))).toBe('3.15');
});

test('the sum behind a result names the bound that gave a mark by data, and nothing where a person gave it', () => {
  const sum = sumOf(whyOf(result, form, chips, null, zh));
  expect(sum.lines.map(({ view, steps }) => [view.key, steps])).toEqual([
    [3, [{ kind: 'part', weight: '10', mark: '5', part: '0.50' }]],
    [1, [{ kind: 'from', value: '96', bound: '95', mark: '3' }, { kind: 'part', weight: '60', mark: '3', part: '1.80' }]],
    [2, [{ kind: 'part', weight: '30', mark: '3', part: '0.90' }]],
  ]);
  expect(sum.end).toEqual([{ kind: 'total', total: '3.20', overall: '3.2' }]);
});

test('on a straight line the sum names its two points, adds two decimals exactly, and says a weight that was agreed', () => {
  const onLine = { ...form.lines[0], rule: 'line', threshold: 90, target: 100, set_weight: 50 } as FormRow['lines'][number];
  const why = whyOf({ ...result, rules: [3.2, 2, null], overall: 33 }, { ...form, lines: [onLine, ...form.lines.slice(1)] }, chips, null, zh);
  const [first] = sumOf(why).lines.filter(({ view }) => view.key === 1);
  expect(first?.steps).toEqual([
    { kind: 'line', value: '96', threshold: '90', target: '100', mark: '3.20' },
    { kind: 'agreed', weight: '60', of_set: '50' },
    { kind: 'part', weight: '60', mark: '3.2', part: '1.92' },
  ]);
  expect(why.find(({ view }) => view.key === 1)).toMatchObject({ byData: true, mark: 3.2 });
  expect(exactly(why)).toBe('3.32');
});

test('two decimals are added as they are written, not as binary fractions', () => {
  expect([share(3.57, 35), share(1.1, 30), share(3, 35)]).toEqual(['1.2495', '0.33', '1.05']);
  const [one] = whyOf(result, form, chips, null, zh);
  const weighed = (mark: number, weight: number) => ({ ...(one as NonNullable<typeof one>), mark, view: { ...(one as NonNullable<typeof one>).view, line: { ...form.lines[0], weight } as FormRow['lines'][number] } });
  expect(exactly([weighed(3.57, 35), weighed(4, 65)])).toBe('3.8495');
});

test('a result says how far each value reached, and nothing where nobody kept it', () => {
  const dated = whyOf({ ...result, data_to: ['2026-11-15', null, null] }, form, chips, null, zh);
  expect(dated.map(({ view, dataTo }) => [view.key, dataTo])).toEqual([[3, null], [1, '2026-11-15'], [2, null]]);
  expect(whyOf(result, form, chips, null, zh).every(({ dataTo }) => dataTo === null)).toBe(true);
});
