import { expect, test } from 'vitest';
import { overwriteGetLocale } from '../generated/paraglide/runtime.js';
import { periodName } from './periods';

test.each(['en', 'zh-CN'] as const)('in %s months have the short names that Intl gives them', (locale) => {
  overwriteGetLocale(() => locale);
  const intl = new Intl.DateTimeFormat(locale, { month: 'short', timeZone: 'UTC' });
  const labels = Array.from({ length: 12 }, (_, i) => `2026-${String(i + 1).padStart(2, '0')}`);
  expect(labels.map((label) => periodName(label).replace(' ', ''))).toEqual(labels.map((label) => intl.format(Date.parse(label))));
});

test('a week is said in the language of the screen', () => {
  overwriteGetLocale(() => 'zh-CN');
  expect(['W40', 'W06'].map(periodName)).toEqual(['第40周', '第6周']);
  overwriteGetLocale(() => 'en');
  expect(periodName('W40')).toBe('W40');
});

test('a label that is neither month nor week is shown as it is', () => {
  expect(['Q4', '', '2026-13', 'W2026'].map(periodName)).toEqual(['Q4', '', '2026-13', 'W2026']);
});
