import { expect, test } from 'vitest';
import { overwriteGetLocale } from '../../generated/paraglide/runtime.js';
import { seenWords } from './steps';

overwriteGetLocale(() => 'zh-CN');

const seen = (version: string | null, value: unknown, author = '肖静') => ({ version, value, author_zh: author, author_en: author, device_time: 1_795_500_000_000 });

test('a step says what its author had seen, and what had come meanwhile', () => {
  const base = [seen('d.a.1', 3)];
  expect(seenWords({ field: 'score/3', kind: 'set', base, before: seen('d.a.1', 3) })).toHaveLength(1);
  const words = seenWords({ field: 'score/3', kind: 'conflict', base, before: seen('d.a.2', 2, '梁德胜') });
  expect(words[0]).toMatch(/3/);
  expect(words[1]).toMatch(/2/);
  expect(words[1]).toContain('梁德胜');
});

test('an empty field and the mark by the data are no version of anybody', () => {
  const [empty] = seenWords({ field: 'comment/3', kind: 'set', base: [], before: null });
  const [data] = seenWords({ field: 'score/1', kind: 'set', base: [{ version: null, value: 3 }], before: null });
  expect(empty).not.toBe(data);
  expect(data).toContain('3');
});

test('a decision names everything that was to choose from', () => {
  const base = [seen('d.a.1', 2), seen('e.b.1', 4, '梁德胜'), seen('f.c.1', 5, '唐艳')];
  const [words = ''] = seenWords({ field: 'score/3', kind: 'resolved', base, before: base[0] ?? null });
  for (const word of ['肖静', '梁德胜', '唐艳', '2', '4', '5']) expect(words).toContain(word);
});

test('a long text is cut by whole letters, and chips and commands have no such sentence', () => {
  const [words = ''] = seenWords({ field: 'comment/3', kind: 'set', base: [seen('d.a.1', '😀'.repeat(60))], before: null });
  expect(words).toContain(`${'😀'.repeat(40)}…`);
  expect(seenWords({ field: 'chips/3', kind: 'set', base: [seen('d.a.1', 'q1')], before: null })).toEqual([]);
  expect(seenWords({ field: 'status', kind: 'submitted', base: [], before: null })).toEqual([]);
});
