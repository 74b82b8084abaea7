import { expect, test, vi } from 'vitest';
import { Unreachable } from '../foundation/problem';
import { getIfChanged } from './conditional';

const answers = (...made: Response[]) => vi.fn<typeof fetch>(async () => made.shift() ?? Response.error());
const json = (body: unknown, etag: string) => new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json', ETag: etag } });

test('an answer that has not changed has no body, and the one before stays', async () => {
  const send = answers(json({ percent: 8 }, '"a"'), new Response(null, { status: 304 }));
  const before = await getIfChanged<{ percent: number }>('/board', null, send);
  expect(before).toEqual({ body: { percent: 8 }, etag: '"a"' });
  expect(await getIfChanged('/board', before?.etag ?? null, send)).toBeNull();
  expect(send.mock.calls[1]?.[1]?.headers).toMatchObject({ 'If-None-Match': '"a"' });
});

test('without a network it says so instead of answering with what was', async () => {
  const send = vi.fn<typeof fetch>(() => Promise.reject(new TypeError('Failed to fetch')));
  await expect(getIfChanged('/board', '"a"', send)).rejects.toBeInstanceOf(Unreachable);
});
