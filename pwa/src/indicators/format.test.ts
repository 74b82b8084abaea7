import { expect, test } from 'vitest';
import { overwriteGetLocale } from '../generated/paraglide/runtime.js';
import { amount, bandText, broken, reached, ruleText, shown, tenths, type Measured } from './format';

overwriteGetLocale(() => 'en');

const higher: Measured = { unit: '%', direction: 'higher', target: 100, threshold: 90, bands: [90, 95, 100, 105] };
const lower: Measured = { unit: 'h', direction: 'lower', target: 2, threshold: 6, bands: [8, 6, 4, 2] };

test('values are cut to what a person compares', () => {
  expect([95.63, 100, 0.254, 12.04].map(amount)).toEqual(['95.6', '100', '0.25', '12']);
  expect(tenths(30)).toBe('3.0');
});

test('a value is never rounded over a bound of its rule', () => {
  expect([shown(99.96, higher), shown(99.94, higher), shown(100, higher)]).toEqual(['99.96', '99.9', '100']);
});

test('a rule names the values of its mark, open at the ends of the scale', () => {
  expect([1, 2, 3, 4, 5].map((mark) => bandText(higher, mark))).toEqual(['under 90%', '90–95%', '95–100%', '100–105%', 'from 105%']);
  expect([1, 2, 3, 4, 5].map((mark) => bandText(lower, mark))).toEqual(['over 8', '6–8', '4–6', '2–4', '2 or less']);
});

test('a value at the threshold or the target is not worse than it', () => {
  expect([broken(90, higher), broken(89.9, higher), broken(6, lower), broken(6.1, lower)]).toEqual([false, true, false, true]);
  expect([reached(100, higher), reached(2.1, lower), reached(null, higher)]).toEqual([true, false, false]);
});

test('a straight line names its points, one for each mark, and the two that it goes through', () => {
  const line: Measured = { ...higher, rule: 'line' };
  expect([1, 2, 3, 4, 5].map((mark) => bandText(line, mark))).toEqual(['85%', '90%', '95%', '100%', '105%']);
  expect([1, 2, 3, 4, 5].map((mark) => bandText({ ...lower, rule: 'line', bands: [6, 4, 2, 0] }, mark))).toEqual(['8', '6', '4', '2', '0']);
  expect(ruleText(line, 3.12)).toBe('line 90%–100%');
});
