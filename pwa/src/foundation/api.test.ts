import { expect, expectTypeOf, test, vi } from 'vitest';
import type { components } from '../generated/api';
import { Api } from './api';
import { settleLocale } from './locale';
import { Unreachable } from './problem';

settleLocale();

const BOARD = '/api/completion/board';
const CYCLE = { cycle_id: 'c' };

const json = (body: unknown, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json', ...headers } });
const answers = (...made: Response[]) => vi.fn<typeof fetch>(async () => made.shift() ?? Response.error());
const headersOf = (send: ReturnType<typeof answers>, call: number) => new Headers(send.mock.calls[call]?.[1]?.headers);

test('an answer that has not changed has no body, and the one before stays', async () => {
  const send = answers(json({ percent: 8 }, { ETag: '"a"' }), new Response(null, { status: 304 }));
  const api = new Api({ held: null }, send);
  const before = await api.getIfChanged(BOARD, null, CYCLE);
  expect(before).toEqual({ body: { percent: 8 }, etag: '"a"' });
  expect(await api.getIfChanged(BOARD, before?.etag ?? null, CYCLE)).toBeNull();
  expect(headersOf(send, 0).has('If-None-Match')).toBe(false);
  expect(headersOf(send, 1).get('If-None-Match')).toBe('"a"');
});

test('a read carries the value that binds it to the person on the screen, also after the login was renewed', async () => {
  const send = answers(new Response(null, { status: 401 }), json({ percent: 8 }, { ETag: '"a"' }));
  let held = 'old';
  const api = new Api({ held: { csrf: () => Promise.resolve(held), refresh: () => ((held = 'new'), Promise.resolve(true)) } }, send);
  expect((await api.getIfChanged(BOARD, '"z"', CYCLE))?.etag).toBe('"a"');
  expect([headersOf(send, 0).get('X-CSRF-TOKEN'), headersOf(send, 1).get('X-CSRF-TOKEN')]).toEqual(['old', 'new']);
});

test('without a network it says so instead of answering with what was', async () => {
  const api = new Api({ held: null }, vi.fn<typeof fetch>(() => Promise.reject(new TypeError('Failed to fetch'))));
  await expect(api.getIfChanged(BOARD, '"a"', CYCLE)).rejects.toBeInstanceOf(Unreachable);
});

test('blanks of a path are filled, whatever they hold, and the rest goes behind the question mark', async () => {
  const send = answers(json([]), json({}), new Response(null, { status: 204 }));
  const api = new Api({ held: null }, send);
  await api.get('/api/evaluations/{evaluation_id}/history', { evaluation_id: 'a/b', field: 'score/3' });
  await api.get('/api/completion/board', { cycle_id: 'c&d' });
  await api.delete('/api/cycles/{cycle_id}/delegations/{delegation_id}', { cycle_id: '1', delegation_id: '2' });
  expect(send.mock.calls.map(([path, init]) => `${init?.method} ${String(path)}`)).toEqual([
    'GET /api/evaluations/a%2Fb/history?field=score%2F3',
    'GET /api/completion/board?cycle_id=c%26d',
    'DELETE /api/cycles/1/delegations/2',
  ]);
});

test('an answer has the type that the contract gives its path', () => {
  const api = new Api({ held: null });
  expectTypeOf(api.get<'/api/cycles'>).returns.resolves.toEqualTypeOf<components['schemas']['Cycle'][]>();
  expectTypeOf(api.post<'/api/cycles'>).returns.resolves.toEqualTypeOf<components['schemas']['Cycle']>();
  expectTypeOf(api.delete<'/api/cycles/{cycle_id}/delegations/{delegation_id}'>).returns.resolves.toEqualTypeOf<undefined>();
  // @ts-expect-error a path that the server does not have
  void (() => api.get('/api/cycle'));
  // @ts-expect-error a blank that nobody fills
  void (() => api.get('/api/evaluations/{evaluation_id}'));
  // @ts-expect-error another body than the path takes
  void (() => api.post('/api/cycles', { name: 'x' }));
});
