/** What the scoring page needs of the arithmetic of a form, the same as server/indicators/arithmetic; the rest is in arithmetic/.
 * tests/vectors/{bands,overall}.json bind both.
 */

export type Bands = readonly [number, number, number, number];

/** The mark 1..5 that the band rule gives. `bands` are the bounds from which 2, 3, 4, 5 is given, the bound included. */
export function ruleMark(value: number, bands: Bands, direction: 'higher' | 'lower'): number {
  return 1 + bands.filter((bound) => (direction === 'higher' ? value >= bound : value <= bound)).length;
}

/** Weighted mean in tenths, half rounded up; null while a line has no mark. Weights sum to 100. */
export function overallTenths(weights: readonly number[], marks: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const [i, weight] of weights.entries()) {
    const mark = marks[i] ?? null;
    if (mark === null) return null;
    sum += weight * mark;
  }
  // Marks on a line have two decimals, which binary fractions only come near.
  return Math.floor((Math.round(sum * 100) + 500) / 1000);
}
