import { expect, test } from 'vitest';
import bands from '../../../tests/vectors/bands.json';
import overall from '../../../tests/vectors/overall.json';
import { overallTenths, ruleMark, type Bands } from './scoring';

test.each(bands)('the phone gives $mark for $value in $bands, $direction is better, as the server does', ({ value, bands: bounds, direction, mark }) => {
  expect(ruleMark(value, bounds as unknown as Bands, direction as 'higher' | 'lower')).toBe(mark);
});

test.each(overall)('the phone makes $overall of $marks by $weights, as the server does', ({ weights, marks, overall: sum }) => {
  expect(overallTenths(weights, marks)).toBe(sum);
});
