import { describe, expect, it } from 'vitest';
import { movement, type Held } from './series';

const held = (direction: 'higher' | 'lower', ...values: number[]): Held => ({
  unit: '%', direction, target: 100, threshold: 90, bands: null, points: values.map((value, i) => ({ label: `W${i}`, value })),
});

describe('how a series moved', () => {
  it('goes by the direction of the indicator, not by the sign', () => {
    expect(movement(held('higher', 90, 95))).toBe('better');
    expect(movement(held('lower', 3, 5))).toBe('worse');
    expect(movement(held('lower', 5, 5))).toBe('same');
  });
  it('is not said of a single value', () => {
    expect(movement(held('higher', 90))).toBeNull();
  });
});
