import { expect, test } from 'vitest';
import { overwriteGetLocale } from '../generated/paraglide/runtime.js';
import type { CaseRow } from '../sync/types';
import { disputeWords, ofOneAuthor, signWords } from './cases';

const row = (field: string, ...sides: [string, unknown][]) =>
  ({ field, candidates: sides.map(([author_id, value]) => ({ author_id, author_zh: author_id, author_en: author_id, value })) }) as CaseRow;

test('two values of one person are never told as two people who disagree', () => {
  overwriteGetLocale(() => 'zh-CN');
  const alone = row('score/3', ['me', 4], ['me', 2]);
  expect(ofOneAuthor(alone)).toBe(true);
  expect(disputeWords(alone, '5S', 'me')).toBe('5S：两台手机不同：4，2');
  for (const field of ['score/3', 'comment/3']) {
    expect(signWords(row(field, ['me', 'a'], ['me', 'b']))).toBe('两台手机不同');
    expect(signWords(row(field, ['me', 'a'], ['me', 'b'], ['bo', 'c']))).not.toContain('手机');
  }
});

test('two people stand by name with what each gave', () => {
  overwriteGetLocale(() => 'zh-CN');
  expect(disputeWords(row('score/3', ['me', 4], ['梁德胜', 2]), '5S', 'me')).toBe('5S：你打 4，梁德胜打 2');
  expect(disputeWords(row('score/3', ['me', 4], ['梁德胜', null]), '5S', 'me')).toBe('5S：你打 4，梁德胜');
});

test('two texts are not called marks', () => {
  overwriteGetLocale(() => 'en');
  expect(disputeWords(row('comment/3', ['me', 'x'], ['bo', 'y']), '5S', 'me')).toBe('5S: two texts');
});
