import { beforeEach, expect, test, vi } from 'vitest';
import { TestClock } from '../sync/testing';
import { HIDDEN_MS, IDLE_MS, watchForLock } from './lock-watch';

let clock: TestClock;
let seen: EventTarget & { visibilityState: DocumentVisibilityState };
let lock: ReturnType<typeof vi.fn<() => void>>;
let end: () => void;

beforeEach(() => {
  clock = new TestClock();
  seen = Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState });
  lock = vi.fn<() => void>();
  end = watchForLock(clock, seen as unknown as Document, lock);
});
const become = (state: DocumentVisibilityState): void => {
  seen.visibilityState = state;
  seen.dispatchEvent(new Event('visibilitychange'));
};

test('ten minutes without a touch lock, a touch begins them anew', () => {
  clock.pass(IDLE_MS - 1);
  seen.dispatchEvent(new Event('pointerdown'));
  clock.pass(IDLE_MS - 1);
  expect(lock).not.toHaveBeenCalled();
  clock.pass(2);
  expect(lock).toHaveBeenCalled();
});

test('two minutes out of sight lock, a short look elsewhere does not', () => {
  become('hidden');
  clock.pass(HIDDEN_MS - 1);
  become('visible');
  clock.pass(HIDDEN_MS);
  expect(lock).not.toHaveBeenCalled();
  become('hidden');
  clock.pass(HIDDEN_MS);
  expect(lock).toHaveBeenCalled();
});

test('a page whose timers were frozen locks when it is seen again, before anybody can tap', () => {
  const frozen = { now: () => clock.now(), after: () => () => undefined };
  end();
  end = watchForLock(frozen, seen as unknown as Document, lock);
  become('hidden');
  clock.pass(HIDDEN_MS + 1);
  become('visible');
  expect(lock).toHaveBeenCalledTimes(1);
});

test('after its end nothing locks', () => {
  end();
  clock.pass(IDLE_MS * 2);
  expect(lock).not.toHaveBeenCalled();
});
