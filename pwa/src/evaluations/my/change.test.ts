import { expect, test } from 'vitest';
import { overwriteGetLocale } from '../../generated/paraglide/runtime.js';
import { changeWords } from './change';

test('no change is said in words and never as a number', () => {
  overwriteGetLocale(() => 'zh-CN');
  expect(changeWords(0)).toBe('与上期持平');
  overwriteGetLocale(() => 'en');
  expect(changeWords(0)).toBe('Same as last time');
});

test('a change has its sign', () => {
  overwriteGetLocale(() => 'zh-CN');
  expect([changeWords(3), changeWords(-12)]).toEqual(['比上期 +0.3', '比上期 −1.2']);
});
