import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { overwriteGetLocale } from '../generated/paraglide/runtime.js';
import { BoardView, POLL_MS } from './board.svelte';

overwriteGetLocale(() => 'en');

let asked: string[];
let cycles: { id: string; state: string; deadline_at: string }[];
let refused: boolean;
let view: BoardView;

const answer = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': status === 200 ? 'application/json' : 'application/problem+json' } });

beforeEach(() => {
  [asked, cycles, refused] = [[], [], false];
  vi.useFakeTimers({ now: Date.parse('2026-11-25T00:00:00Z') });
  vi.stubGlobal('document', { visibilityState: 'visible', addEventListener: () => undefined, removeEventListener: () => undefined });
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path);
    if (refused) return Promise.resolve(answer({ code: 'login_needed' }, 401));
    return Promise.resolve(answer(path === '/api/cycles' ? cycles : { cycle: { id: path } }));
  });
});
afterEach(() => {
  view.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const open = async () => {
  view = new BoardView();
  await vi.advanceTimersByTimeAsync(0);
  return view;
};

test('a lost login is asked about once, not every three seconds for ever', async () => {
  cycles = [{ id: 'nov', state: 'open', deadline_at: '2026-11-30T00:00:00Z' }];
  await open();
  refused = true;
  await vi.advanceTimersByTimeAsync(POLL_MS);
  expect(view.failure).toBe('login');
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(20 * POLL_MS);
  expect(asked.length).toBe(before);
});

test('the board opens on the open cycle that is due next, and stays where it is', async () => {
  const november = { id: 'nov', state: 'open', deadline_at: '2026-11-30T00:00:00Z' };
  cycles = [
    { id: 'draft', state: 'draft', deadline_at: '2026-11-26T00:00:00Z' },
    { id: 'dec', state: 'open', deadline_at: '2026-12-30T00:00:00Z' },
    november,
    { id: 'sep', state: 'open', deadline_at: '2026-09-30T00:00:00Z' },
  ];
  expect((await open()).chosen).toBe('nov');
  cycles = [{ id: 'sooner', state: 'open', deadline_at: '2026-11-27T00:00:00Z' }, ...cycles];
  await vi.advanceTimersByTimeAsync(15 * POLL_MS);
  expect(view.cycles[0]?.id).toBe('sooner');
  expect(view.chosen).toBe('nov');
});

test('without a cycle that is due, the newest that was opened is shown', async () => {
  cycles = [
    { id: 'draft', state: 'draft', deadline_at: '2026-12-30T00:00:00Z' },
    { id: 'oct', state: 'closed', deadline_at: '2026-10-30T00:00:00Z' },
    { id: 'sep', state: 'closed', deadline_at: '2026-09-30T00:00:00Z' },
  ];
  expect((await open()).chosen).toBe('oct');
});
