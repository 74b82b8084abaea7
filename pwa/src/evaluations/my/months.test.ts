import { expect, test } from 'vitest';
import { overwriteGetLocale } from '../../generated/paraglide/runtime.js';
import { monthName } from './months';

test.each(['en', 'zh-CN'] as const)('in %s months have the short names that Intl gives them', (locale) => {
  overwriteGetLocale(() => locale);
  const intl = new Intl.DateTimeFormat(locale, { month: 'short', timeZone: 'UTC' });
  const labels = Array.from({ length: 12 }, (_, i) => `2026-${String(i + 1).padStart(2, '0')}`);
  expect(labels.map((label) => monthName(label).replace(' ', ''))).toEqual(labels.map((label) => intl.format(Date.parse(label))));
});

test('a label that is no month is shown as it is', () => {
  expect(['W47', '', '2026-13'].map(monthName)).toEqual(['W47', '', '2026-13']);
});
