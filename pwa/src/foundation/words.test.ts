import { expect, test } from 'vitest';
import { m } from '../generated/paraglide/messages.js';
import { overwriteGetLocale } from '../generated/paraglide/runtime.js';
import problems from '../../messages/parts/zh-CN/problem.json';
import reasons from '../../messages/parts/zh-CN/sync.json';
import { ApiProblem, Unreachable } from './problem';
import { reasonWords } from './reasons';
import { problemWords } from './words';

test('a compiled message has text in both languages', () => {
  overwriteGetLocale(() => 'zh-CN');
  expect(m.app_name()).toBe('现场绩效');
  overwriteGetLocale(() => 'en');
  expect(m.app_name()).toBe('Gemba');
});

test('every problem has words of its own, here or with the pages that alone can meet it', async () => {
  overwriteGetLocale(() => 'zh-CN');
  await Promise.all(Object.values(import.meta.glob('../**/problems.ts')).map((load) => load()));
  const codes = Object.keys(problems).map((key) => key.replace('problem_', '')).filter((code) => !/^import_|^(evaluation_begun|too_slow)$/.test(code));
  const said = codes.map((code) => problemWords(new ApiProblem(code, { seconds: 30, min: 15 }, 400)));
  expect(new Set(said).size).toBe(codes.length);
});

test('every reason to park an edit has words of its own', () => {
  const codes = Object.keys(reasons).flatMap((key) => (key.startsWith('sync_reason_') ? [key.replace('sync_reason_', '')] : []));
  expect(new Set(codes.map(reasonWords)).size).toBe(codes.length);
});

test('a code from a newer server still gets a sentence', () => {
  expect(problemWords(new ApiProblem('made_next_year', {}, 409))).toBe(m.problem_unknown());
  expect(reasonWords('made_next_year')).toBe(m.sync_reason_other());
  expect(problemWords(new Unreachable('captive'))).toBe(m.problem_captive());
});
