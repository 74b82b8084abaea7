import { describe, expect, it } from 'vitest';
import type { OwnEdit } from '../sync/overlay';
import type { MeasuredRow, NewMutation, PointEntry, SeriesEntry } from '../sync/types';
import { enter, object } from './acts';
import { asideOf, goesOn, judge, measuredOf, runningPeriod, teamOf } from './measured';

const point = (more: Partial<PointEntry> = {}): PointEntry => ({ period_from: '2026-11-16', period_to: '2026-11-22', label: 'W47', value: 98, flags: [], changes: [], entered: null, ...more });
const series = (points: PointEntry[] = [point()]): SeriesEntry => ({ indicator: 'OUT', by_hand: 1, points }) as unknown as SeriesEntry;
const row = (more: Partial<MeasuredRow> = {}): MeasuredRow => ({ id: 'p', employee_no: '1', series: [series()], objections: [], spans: [], keeps: 0, ...more }) as MeasuredRow;

function edit(n: number, field: 'value' | 'objection', value: object): OwnEdit {
  const op = field === 'value' ? 'command' : 'append';
  return { n, record: 'p', field, op, value: { indicator: 'OUT', first: '2026-11-16', ...value }, base: [], device_time_ms: n, version: `d.me.${n}`, shown: `d.me.${n}~a` };
}
const typed = (n: number, number: number, last = '2026-11-22') => edit(n, 'value', { value: [last, number], shown: null, reason: 'r' });
const said = (n: number, words: string) => edit(n, 'objection', { shown: ['2026-11-22', 98], words });

describe('own entries that the row does not hold', () => {
  it('stand in their place as not delivered, and name themselves for whoever goes on', () => {
    const [seen] = measuredOf(row(), [typed(1, 97)]).series[0]?.points ?? [];
    expect(seen).toMatchObject({ value: 97, here: { at: 1, version: 'd.me.1~a' } });
  });
  it('come in their order beside other periods', () => {
    const early = edit(1, 'value', { first: '2026-11-09', value: ['2026-11-15', 5], shown: null, reason: '' });
    expect(measuredOf(row(), [early]).series[0]?.points.map(({ period_from }) => period_from)).toEqual(['2026-11-09', '2026-11-16']);
  });
  it('are told once when the row has them too', () => {
    expect(measuredOf(row(), [typed(1, 98)]).series[0]?.points[0]).toMatchObject({ value: 98, here: null });
  });
  it('touch no other indicator', () => {
    expect(measuredOf(row(), [edit(1, 'value', { indicator: 'FPY', value: ['2026-11-22', 1] })]).series[0]?.points[0]?.here).toBeNull();
  });
});

describe('an objection', () => {
  it('waits here without a clock, then has the one of the server', () => {
    expect(measuredOf(row(), [said(1, '不对')]).disputes).toMatchObject([{ state: 'here', reason: '不对', due_at: null, shown: 98 }]);
    const open = { indicator: 'OUT', period_from: '2026-11-16', reason: '不对', state: 'open', due_at: 5, shown: 98 };
    expect(measuredOf(row({ objections: [open] as never }), [said(1, '不对')]).disputes).toMatchObject([{ state: 'open', due_at: 5 }]);
  });
  it('adds its words to the one that waits, and begins anew after an answer', () => {
    const held = { indicator: 'OUT', period_from: '2026-11-16', reason: '一', state: 'open', shown: 97 };
    expect(measuredOf(row({ objections: [held] as never }), [said(1, '二')]).disputes).toMatchObject([{ state: 'here', reason: '一\n二', shown: 97 }]);
    const done = { ...held, state: 'stands' };
    expect(measuredOf(row({ objections: [done] as never }), [said(1, '二')]).disputes).toMatchObject([{ state: 'here', reason: '二', shown: 98 }]);
  });
});

describe('a draft', () => {
  const of = (more: object, stands: PointEntry | null = point(), spans: MeasuredRow['spans'] = []) =>
    judge({ first: '2026-11-16', last: '2026-11-22', number: 97, reason: '', ...more }, stands ?? undefined, '2026-11-24', spans);
  it('says what it would do to what stands', () => {
    expect(of({}, null)).toBe('new');
    expect(of({})).toBe('reason');
    expect(of({ reason: '漏记' })).toBe('corrects');
    expect(of({ number: 98.00001 })).toBe('same');
    expect(of({ last: '2026-11-24' })).toBe('longer');
    expect(of({ last: '2026-11-20' })).toBe('shorter');
    expect(of({ last: '2026-11-20', reason: '多算两天' })).toBe('corrects');
  });
  it('keeps to days that were, and that were hers', () => {
    expect(of({ last: '2026-11-25' })).toBe('future');
    expect(of({ last: '2026-11-15' })).toBe('period');
    expect(of({ number: null })).toBe('number');
    expect(of({}, null, [['2026-11-23', null]])).toBe('not_mine');
    expect(of({}, null, [['2026-01-01', '2026-11-17'], ['2026-11-23', null]])).toBe('new');
  });
});

it.each([
  ['daily', '2026-11-26'], ['weekly', '2026-11-23'], ['biweekly', '2026-11-16'], ['monthly', '2026-11-01'], ['quarterly', '2026-10-01'], ['', '2026-11-01'],
])('a %s indicator is entered from %s', (frequency, first) => {
  expect(runningPeriod(frequency, '2026-11-26')).toEqual([first, '2026-11-26']);
});

// The same cases as tests/server/values/test_periods.py.
it.each([
  ['weekly', '2026-11-16', '2026-11-18', '2026-11-22', '2026-11-24', true],
  ['weekly', '2026-11-16', '2026-11-22', '2026-11-23', '2026-11-24', false],
  ['daily', '2026-11-16', '2026-11-16', '2026-11-17', '2026-11-24', false],
  ['monthly', '2026-10-26', '2026-11-24', '2026-11-25', '2026-11-25', true],
  ['monthly', '2026-01-31', '2026-02-10', '2026-02-27', '2026-03-30', true],
  ['monthly', '2026-01-31', '2026-02-10', '2026-02-28', '2026-03-30', false],
  ['monthly', '2026-10-01', '2026-11-05', '2026-12-31', '2027-01-31', true],
  ['monthly', '2026-10-01', '2026-11-05', '2026-12-31', '2027-02-01', false],
  ['', '2026-11-01', '2026-11-15', '2026-11-30', '2026-12-31', true],
  ['', '2026-11-01', '2026-11-15', '2026-11-30', '2027-01-01', false],
  ['yearly', '2026-01-01', '2026-01-31', '2026-12-31', '2026-12-31', true],
])('%s from %s up to %s goes on to %s on %s: %s', (frequency, first, before, last, today, is) => {
  expect(goesOn(frequency, first, before, last, today)).toBe(is);
});

it('what is written names what was on the screen', async () => {
  const written: NewMutation[] = [];
  const outbox = { append: (one: NewMutation) => Promise.resolve(written.push(one)) };
  const stands = measuredOf(row(), [typed(1, 97)]).series[0]?.points[0];
  await enter(outbox, 'p', 'OUT', { first: '2026-11-16', last: '2026-11-22', number: 96.00004, reason: ' 看错 ' }, stands);
  await enter(outbox, 'p', 'OUT', { first: '2026-11-23', last: '2026-11-24', number: 5, reason: '' }, undefined);
  if (stands) await object(outbox, 'p', 'OUT', stands, ' 不对 ');
  expect(written.map(({ value, base }) => [value, base])).toEqual([
    [{ indicator: 'OUT', first: '2026-11-16', value: ['2026-11-22', 96], shown: ['2026-11-22', 97], reason: '看错' }, 'd.me.1~a'],
    [{ indicator: 'OUT', first: '2026-11-23', value: ['2026-11-24', 5], shown: null, reason: '' }, null],
    [{ indicator: 'OUT', first: '2026-11-16', shown: ['2026-11-22', 97], words: '不对' }, null],
  ]);
});

it('the team is everybody but oneself, and what was put aside is of one person', () => {
  expect(teamOf([row({ id: 'b', employee_no: '2' }), row({ id: 'me' }), row({ id: 'a' })], 'me').map(({ id }) => id)).toEqual(['a', 'b']);
  const item = { version: 'v', n: 1, record: 'p', field: 'value', value: null, reason: 'value_changed', at: 1 };
  expect(asideOf([item, { ...item, record: 'q' }, { ...item, field: 'terms' }], 'p')).toEqual([item]);
});
