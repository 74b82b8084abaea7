import { expect, test } from 'vitest';
import { freeMonth, instantOf, judgedMonth, monthEnd, wallOf } from './plant-time';

test('six in the evening in Shanghai is ten in the morning in UTC', () => {
  expect(instantOf('2026-11-30T18:00', 'Asia/Shanghai')).toBe('2026-11-30T10:00:00.000Z');
});

test('summer and winter of one zone differ by an hour', () => {
  expect(instantOf('2026-07-01T12:00', 'Europe/Berlin')).toBe('2026-07-01T10:00:00.000Z');
  expect(instantOf('2026-12-01T12:00', 'Europe/Berlin')).toBe('2026-12-01T11:00:00.000Z');
});

test('reading back what was typed gives the same wall clock', () => {
  for (const zone of ['Asia/Shanghai', 'America/New_York', 'Asia/Kolkata']) {
    expect(wallOf(Date.parse(instantOf('2026-11-30T18:30', zone)), zone)).toBe('2026-11-30T18:30');
  }
});

test('early in a month the month before is offered, later the running one', () => {
  expect(['2026-12-01', '2026-12-13', '2026-12-14', '2026-11-24', '2027-01-05'].map(judgedMonth)).toEqual([
    '2026-11-01', '2026-11-01', '2026-11-01', '2026-11-01', '2026-12-01',
  ]);
  expect(judgedMonth('2026-12-21')).toBe('2026-12-01');
});

test('the month that is offered has no cycle yet, over the turn of a year too', () => {
  const cycle = (period_from: string, period_to: string) => ({ period_from, period_to });
  expect(freeMonth('2026-11-01', [])).toBe('2026-11-01');
  expect(freeMonth('2026-11-01', [cycle('2026-10-01', '2026-10-31')])).toBe('2026-11-01');
  expect(freeMonth('2026-11-01', [cycle('2026-11-16', '2026-12-15')])).toBe('2027-01-01');
  expect(monthEnd('2028-02-01')).toBe('2028-02-29');
});
