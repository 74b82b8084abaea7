import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { steadyOffset, workOut } from './zone';

const NOW = Date.UTC(2026, 10, 28);

beforeEach(() => {
  const held = new Map<string, string>();
  vi.stubGlobal('localStorage', { getItem: (key: string) => held.get(key) ?? null, setItem: (key: string, value: string) => held.set(key, value) });
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test.each<[string, number | null]>([
  ['Asia/Shanghai', 480],
  ['Asia/Kolkata', 330],
  ['UTC', 0],
  ['Europe/Berlin', null],
  ['Nowhere/Land', null],
])('%s keeps %s minutes all year', (zone, offset) => {
  expect(workOut(zone, NOW)).toBe(offset);
});

test('a second start makes no formatter until it is idle', () => {
  expect(steadyOffset('Asia/Shanghai')).toBe(480);
  const made = vi.spyOn(Intl, 'DateTimeFormat');
  expect(steadyOffset('Asia/Shanghai')).toBe(480);
  expect(made).not.toHaveBeenCalled();
  vi.advanceTimersByTime(10_000);
  expect(made).toHaveBeenCalledOnce();
});

test('another plant’s zone is worked out anew', () => {
  steadyOffset('Asia/Shanghai');
  expect(steadyOffset('Europe/Berlin')).toBeNull();
  expect(steadyOffset('UTC')).toBe(0);
});
