import { expect, test, vi } from 'vitest';
import type { User } from '../foundation/people';
import { Phone } from './phone.svelte';
import { alone, ANN, answering, DEVICE, freshDb, ScriptedServer, TestChance, TestClock, TestSurroundings } from './testing';

const file = vi.hoisted(() => ({ missing: true }));
vi.mock('./engine', async (original) => {
  if (file.missing) throw new TypeError('Failed to fetch dynamically imported module');
  return original();
});

const USER = { person_id: '1', plant: { code: 'north' } } as User;

test('a phone that lacks the part that sends says so, keeps every edit, and sends when the part can be had', async () => {
  const server = new ScriptedServer().then(answering({ receipts: [[1, 'a']] }));
  const phone = new Phone(USER, ANN, {
    deviceId: () => Promise.resolve(DEVICE),
    db: await freshDb(),
    credentials: { csrf: () => Promise.resolve('c'), refresh: () => Promise.resolve(false), onRenewed: () => () => undefined, askAboutSession: () => undefined, lock: () => Promise.resolve() },
    post: server.post,
    exclusive: alone,
    clock: new TestClock(),
    chance: new TestChance(),
    around: new TestSurroundings(),
    channel: null,
    storage: null,
  });
  await vi.waitFor(() => expect(phone.status.cannot_send).toBe(true), { interval: 2 });
  await phone.append({ record: 'E1', field: 'score/1', op: 'set', value: 4, base: null });
  expect(phone.status.queued).toBe(1);
  file.missing = false;
  vi.resetModules();
  phone.syncNow();
  await vi.waitFor(() => expect([phone.status.cannot_send, phone.status.queued]).toEqual([false, 0]), { interval: 2 });
  phone.close();
});
