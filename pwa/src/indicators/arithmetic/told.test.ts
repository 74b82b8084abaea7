import { expect, test } from 'vitest';
import vectors from '../../../../tests/vectors/arithmetic.json';
import { overwriteGetLocale } from '../../generated/paraglide/runtime.js';
import { exact } from './exact';
import { agreedStep, daysSteps, sumSteps, type Step } from './explained';
import { told } from './told';

const EVERY = [
  vectors.value.map(({ step }) => step),
  vectors.bands.map(({ step }) => step),
  vectors.linear.map(({ step }) => step),
  ...vectors.attendance.map(({ steps }) => steps),
  ...vectors.sums.map(({ steps }) => steps),
  ...vectors.days.map(({ steps }) => steps),
  [agreedStep(35, 30)],
].flatMap((steps) => steps as unknown as Step[]);

test.each(['zh-CN', 'en'] as const)('every line of a sum has words and shows all its numbers, %s', (locale) => {
  overwriteGetLocale(() => locale);
  expect(new Set(EVERY.map(({ kind }) => kind)).size).toBe(21);
  for (const step of EVERY) {
    const words = told(step, '%').map(({ text, result }) => `${text} ${result}`).join(' ');
    for (const [name, number] of Object.entries(step)) {
      if (name === 'kind' || (step.kind === 'total' && name === 'total')) continue;
      expect(words, step.kind).toContain(number);
    }
    expect(words).not.toMatch(/undefined|\{/);
  }
});

test('the one result of two supervisors reads as one would write it, each with the weight of his days', () => {
  overwriteGetLocale(() => 'en');
  const read = (steps: Step[]) => steps.flatMap((step) => told(step)).map(({ text, result }) => `${text} ${result}`.trim());
  expect(read(daysSteps([14, 17], [36, 41]))).toEqual([
    '14 of 31 days → 45%', '45% × 3.6 = 1.62', '17 of 31 days → 55%', '55% × 4.1 = 2.255', 'Together = 3.875', 'Rounded to one decimal → 3.9',
  ]);
  expect(read(daysSteps([14, 17], [36, null])).at(-1)).toBe('Waits for a rater who has not finished');
});

test('a sum reads as one would write it', () => {
  overwriteGetLocale(() => 'zh-CN');
  const steps = sumSteps([{ weight: 30, mark: exact(4) }, { weight: 35, mark: exact(3) }, { weight: 35, mark: exact(4) }]);
  expect(steps.flatMap((step) => told(step)).map(({ text, result }) => `${text} ${result}`)).toEqual([
    '30% × 4 = 1.20', '35% × 3 = 1.05', '35% × 4 = 1.40', '合计 = 3.65', '四舍五入到一位小数 → 3.7',
  ]);
  expect(told({ kind: 'from', value: '98.2', bound: '97.5', mark: '4' }, '%')).toEqual([{ text: '98.2% ≥ 97.5%', result: '→ 4' }]);
});
