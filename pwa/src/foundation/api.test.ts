import { expect, test, vi } from 'vitest';
import { Api } from './api';
import { settleLocale } from './locale';
import { Unreachable } from './problem';

settleLocale();

const json = (body: unknown, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json', ...headers } });
const answers = (...made: Response[]) => vi.fn<typeof fetch>(async () => made.shift() ?? Response.error());
const headersOf = (send: ReturnType<typeof answers>, call: number) => new Headers(send.mock.calls[call]?.[1]?.headers);

test('an answer that has not changed has no body, and the one before stays', async () => {
  const send = answers(json({ percent: 8 }, { ETag: '"a"' }), new Response(null, { status: 304 }));
  const api = new Api(send);
  const before = await api.getIfChanged<{ percent: number }>('/board', null);
  expect(before).toEqual({ body: { percent: 8 }, etag: '"a"' });
  expect(await api.getIfChanged('/board', before?.etag ?? null)).toBeNull();
  expect(headersOf(send, 0).has('If-None-Match')).toBe(false);
  expect(headersOf(send, 1).get('If-None-Match')).toBe('"a"');
});

test('a read carries the value that binds it to the person on the screen, also after the login was renewed', async () => {
  const send = answers(new Response(null, { status: 401 }), json({ percent: 8 }, { ETag: '"a"' }));
  const api = new Api(send);
  let held = 'old';
  api.use({ csrf: () => Promise.resolve(held), refresh: () => ((held = 'new'), Promise.resolve(true)) });
  expect((await api.getIfChanged('/board', '"z"'))?.etag).toBe('"a"');
  expect([headersOf(send, 0).get('X-CSRF-TOKEN'), headersOf(send, 1).get('X-CSRF-TOKEN')]).toEqual(['old', 'new']);
});

test('without a network it says so instead of answering with what was', async () => {
  const api = new Api(vi.fn<typeof fetch>(() => Promise.reject(new TypeError('Failed to fetch'))));
  await expect(api.getIfChanged('/board', '"a"')).rejects.toBeInstanceOf(Unreachable);
});
