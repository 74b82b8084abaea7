import { beforeEach, expect, test } from 'vitest';
import { overwriteGetLocale } from '../generated/paraglide/runtime.js';
import { clockTime, dayAndTime, dayOf, daysUntil, monthDay, setZone, shortTime } from './when';

const at = (iso: string) => Date.parse(iso);
let locale: 'zh-CN' | 'en' = 'zh-CN';
overwriteGetLocale(() => locale);

beforeEach(() => {
  locale = 'zh-CN';
  setZone('Asia/Shanghai');
});

test('the hour is the plant wall clock, whatever zone the phone is in', () => {
  expect(clockTime(at('2026-11-28T06:03:00Z'))).toBe('14:03');
  setZone('Europe/Berlin');
  expect(clockTime(at('2026-11-28T06:03:00Z'))).toBe('7:03');
});

test('midnight is 0, not 24', () => {
  expect(clockTime(at('2026-11-27T16:00:00Z'))).toBe('0:00');
});

test('a day reads 11-28 in Chinese and 28 Nov in English', () => {
  expect(monthDay(at('2026-11-28T06:03:00Z'))).toBe('11-28');
  expect(dayOf('2026-11-05')).toBe('11-05');
  locale = 'en';
  expect(dayAndTime(at('2026-11-28T06:03:00Z'))).toBe('28 Nov 14:03');
  expect(dayOf('2026-11-05')).toBe('5 Nov');
});

test('days are counted by the plant calendar, not by 24 hours', () => {
  const now = at('2026-11-28T15:30:00Z'); // 23:30 in the plant
  expect(daysUntil(at('2026-11-28T16:30:00Z'), now)).toBe(1);
  expect(daysUntil(at('2026-11-28T15:45:00Z'), now)).toBe(0);
});

test('today needs the hour alone, another day is named', () => {
  const now = at('2026-11-28T06:00:00Z');
  expect(shortTime(at('2026-11-28T00:12:00Z'), now)).toBe('8:12');
  expect(shortTime(at('2026-11-27T00:12:00Z'), now)).toBe('11-27 8:12');
});

test('an unknown zone leaves the phone its own instead of breaking the page', () => {
  setZone('Nowhere/Atall');
  expect(clockTime(at('2026-11-28T06:03:00Z'))).toMatch(/^\d+:03$/);
});
