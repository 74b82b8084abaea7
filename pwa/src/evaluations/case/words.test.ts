import { expect, test } from 'vitest';
import { overwriteGetLocale } from '../../generated/paraglide/runtime.js';
import type { CaseRow } from '../../sync/types';
import { baseWords, titleWords, waitsWords } from './words';

const row = (field: string, base_value: unknown, ...authors: string[]) =>
  ({ field, base_value, candidates: authors.map((author_id) => ({ author_id, author_zh: author_id, author_en: author_id })) }) as CaseRow;

test.each([['zh-CN', /两(个)?人/, '手机'], ['en', /people|raters|other's/, 'phone']] as const)('in %s one person with two phones is not told as two people', (locale, two, phone) => {
  overwriteGetLocale(() => locale);
  for (const field of ['score/3', 'comment/3']) {
    for (const base of [null, 3]) {
      const alone = row(field, base, '肖静', '肖静');
      for (const words of [titleWords(alone, '肖静'), titleWords(alone, 'bo'), baseWords(alone)]) {
        expect(words).not.toMatch(two);
        expect(words).toContain(phone);
      }
      expect(waitsWords(alone)).not.toMatch(two);
      expect(titleWords(row(field, base, '肖静', 'bo'), '肖静')).toMatch(two);
      expect(baseWords(row(field, base, '肖静', 'bo'))).not.toContain(phone);
    }
  }
});

test('who reads of another that it was two phones reads the name', () => {
  overwriteGetLocale(() => 'zh-CN');
  expect(titleWords(row('score/3', 3, '肖静', '肖静'), 'bo')).toContain('肖静');
  expect(titleWords(row('score/3', 3, '肖静', '肖静'), '肖静')).toContain('你');
});
