import { describe, expect, test } from 'vitest';
import vectors from '../../../../tests/vectors/arithmetic.json';
import { ruleMark, overallTenths, type Bands } from '../scoring';
import { compare, exact, halfUp, over, plain, plus, times } from './exact';
import { attendanceSteps, bandStep, daysSteps, linearStep, sumSteps, valueStep } from './explained';
import { linearBands, linearMark, type Direction } from './rules';
import { aggregateOf, daysDue, type Aggregate } from './values';
import { daysWithin, lacking, shares, tenthsOf, type Missing } from './weights';

const weighed = (weights: readonly number[], marks: readonly (string | null)[]) =>
  weights.map((weight, i) => ({ weight, mark: typeof marks[i] === 'string' ? exact(marks[i]) : null }));

describe('the phone reckons as the server does', () => {
  test('rounding', () => {
    for (const { amount, over: by, digits, cut } of vectors.half_up) expect(plain(halfUp(over(exact(amount), exact(by)), digits), digits)).toBe(cut);
  });

  test('the value of a period, and how it is made of its values', () => {
    for (const { values, how, step } of vectors.value) expect(valueStep(values.map(exact), how as Aggregate)).toEqual(step);
    for (const { unit, frequency, how } of vectors.aggregate) expect(aggregateOf(unit, frequency)).toBe(how);
  });

  test('attendance', () => {
    for (const { planned, away, steps } of vectors.attendance) {
      const days = Object.fromEntries(Object.entries(away).map(([kind, one]) => [kind, exact(one)]));
      expect(attendanceSteps(exact(planned), days)).toEqual(steps);
    }
  });

  test('marks by bands', () => {
    for (const { value, bands, direction, step } of vectors.bands) {
      expect(bandStep(Number(value), bands.map(Number) as unknown as Bands, direction as Direction)).toEqual(step);
    }
  });

  test('marks on a line, and the bands that the line draws', () => {
    for (const { value, threshold, target, direction, bands, step } of vectors.linear) {
      const [low, high] = [exact(threshold), exact(target)];
      expect(linearStep(exact(value), low, high, direction as Direction)).toEqual(step);
      expect(linearBands(low, high, direction as Direction).map((bound) => plain(bound))).toEqual(bands);
    }
  });

  test('sums with and without open lines', () => {
    for (const { weights, marks, missing, steps } of vectors.sums) {
      expect(sumSteps(weighed(weights, marks), missing as Missing)).toEqual(steps);
    }
    for (const { weights, lacking: by } of vectors.lacking) expect(lacking(weights)).toBe(by);
  });

  test('the days of several raters', () => {
    for (const { days, overalls, steps } of vectors.days) expect(daysSteps(days, overalls)).toEqual(steps);
    for (const { days: [first = '', last = '', from = '', to = ''], within } of vectors.within) expect(daysWithin(first, last, from, to)).toBe(within);
  });
});

test('the scoring page and the explained sum give the same whole', () => {
  for (const { weights, marks } of vectors.sums) {
    const whole = marks.map((mark) => (mark === null ? null : Number(mark)));
    expect(overallTenths(weights, whole)).toBe(tenthsOf(weighed(weights, marks)));
  }
});

test('a number is what its text says, also where a browser writes it with a power', () => {
  expect(plain(exact(1e-7))).toBe('0.0000001');
  expect(plain(exact(1e21))).toBe('1000000000000000000000');
  expect(plain(plus(exact(0.1), exact(0.2)))).toBe('0.3');
  expect(plain(times(exact('-0.5'), exact(3)), 2)).toBe('-1.50');
  expect(compare(exact('0.30'), exact(0.3))).toBe(0);
});

test('what is no number, no rule and no day is refused, not guessed', () => {
  for (const bad of ['', 'x', '1,5', '1.', NaN, Infinity]) expect(() => exact(bad)).toThrow(RangeError);
  expect(() => over(exact(1), exact(0))).toThrow(RangeError);
  expect(() => plain(over(exact(1), exact(3)))).toThrow(RangeError);
  expect(() => linearMark(exact(85), exact(90), exact(90), 'higher')).toThrow(RangeError);
  expect(() => linearMark(exact(85), exact(80), exact(90), 'lower')).toThrow(RangeError);
  expect(() => shares([0, 0])).toThrow(RangeError);
  expect(() => daysDue(exact(22), { 'holiday?': exact(1) })).toThrow(RangeError);
  expect(() => daysDue(exact(22), { personal: exact(23) })).toThrow(RangeError);
});

test('bands and bounds compare as the texts they came from', () => {
  expect(ruleMark(99.1, [0.1, 0.2, 0.3, 99.1], 'higher')).toBe(5);
});
