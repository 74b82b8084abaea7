/** Decides as the simulated phones of tests/sim do: both planners read the same file. */
import { expect, test } from 'vitest';
import vectors from '../../../tests/vectors/planner.json';
import { backoff, batch, learn, type Line, type Outcome, plan, type QueueItem, refreshed, type Situation } from './planner';

test.each(vectors.plan.map((one) => [one.name, one] as const))('%s', (_name, one) => {
  expect(plan(one.situation as Situation)).toEqual(one.plan);
});

test.each(vectors.batch.map((one) => [one.name, one] as const))('%s', (_name, one) => {
  expect(batch(one.queue as QueueItem[], one.now, one.limit)).toEqual(one.ns);
});

test.each(vectors.learn.map((one) => [one.name, one] as const))('%s', (_name, one) => {
  const lesson = learn(one.line as Line, one.outcome as Outcome, one.now, one.fraction);
  expect(lesson).toEqual({ line: one.after, set_aside: one.set_aside });
});

test('back-off', () => {
  for (const { failures, fraction, cap, ms } of vectors.backoff) expect(backoff(failures, fraction, cap)).toBe(ms);
});

test('hope', () => {
  for (const { line, by, after } of vectors.refreshed) {
    expect(refreshed(line as Line, by as 'login' | 'event')).toEqual(after);
  }
});
