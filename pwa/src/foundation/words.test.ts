import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { m } from '../generated/paraglide/messages.js';
import { overwriteGetLocale } from '../generated/paraglide/runtime.js';
import { ApiProblem, Unreachable } from './problem';
import { problemWords, reasonWords } from './words';

const part = (room: string): string[] =>
  Object.keys(JSON.parse(readFileSync(`messages/parts/zh-CN/${room}.json`, 'utf8')) as object);

test('a compiled message has text in both languages', () => {
  overwriteGetLocale(() => 'zh-CN');
  expect(m.app_name()).toBe('现场绩效');
  overwriteGetLocale(() => 'en');
  expect(m.app_name()).toBe('Gemba');
});

test('every problem has words of its own', () => {
  overwriteGetLocale(() => 'zh-CN');
  const codes = part('problem').map((key) => key.replace('problem_', ''));
  const said = codes.map((code) => problemWords(new ApiProblem(code, { seconds: 30, min: 15 }, 400)));
  expect(new Set(said).size).toBe(codes.length);
});

test('every reason to park an edit has words of its own', () => {
  const reasons = part('sync').map((key) => key.replace('sync_reason_', ''));
  expect(new Set(reasons.map(reasonWords)).size).toBe(reasons.length);
});

test('a code from a newer server still gets a sentence', () => {
  expect(problemWords(new ApiProblem('made_next_year', {}, 409))).toBe(m.problem_unknown());
  expect(reasonWords('made_next_year')).toBe(m.sync_reason_other());
  expect(problemWords(new Unreachable('captive'))).toBe(m.problem_captive());
});
