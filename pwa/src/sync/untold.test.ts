/** A tab that was killed between the disk and its word: nobody was told, and nothing of it is lost or written over unseen. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { UserDb } from '../db/user-db';
import type { User } from '../foundation/people';
import { Outbox } from './outbox';
import { Phone } from './phone.svelte';
import { alone, ANN, answering, DEVICE, freshDb, ScriptedServer, TestChance, TestClock, TestSurroundings } from './testing';
import type { NewMutation } from './types';

let db: UserDb;
const comment = (value: string, base: string | null): NewMutation => ({ record: 'E1', field: 'comment/1', op: 'set', value, base });
const texts = (outbox: Outbox) => outbox.entries.map(({ edit }) => [edit.value, edit.base]);

async function tab(): Promise<Outbox> {
  const made = new Outbox(db, DEVICE, ANN, new TestClock());
  const { n, outbox } = await db.snapshot();
  await made.inTurn(() => made.take(n, outbox));
  return made;
}

beforeEach(async () => void (db = await freshDb()));

test('the other tab knows that it is behind, once there is a number that it has not heard of', async () => {
  const [killed, other] = [await tab(), await tab()];
  expect(await other.isBehind()).toBe(false);
  await killed.append(comment('clean', null));
  expect(await other.isBehind()).toBe(true);
});

test('what replaced an unsent text without a word stays, beside what is written on the text that was said', async () => {
  const said = await (await tab()).append(comment('clean', null));
  const [killed, other] = [await tab(), await tab()];
  await killed.append(comment('clean. quiet', said.edit.shown));
  expect(texts(other)).toEqual([['clean', []]]);
  await other.append(comment('clean. late', said.edit.shown));
  expect(texts(other)).toEqual([['clean. quiet', []], ['clean. late', []]]);
});

test('an edit of which nobody was told is sent by the tab that is left, at its next idle round', async () => {
  const server = new ScriptedServer().then(answering(), answering(), answering({ receipts: [[1, 'a']] }));
  const phone = new Phone({ person_id: '1', plant: { code: 'north' } } as User, ANN, {
    deviceId: () => Promise.resolve(DEVICE),
    db,
    credentials: { csrf: () => Promise.resolve('c'), refresh: () => Promise.resolve(false), onRenewed: () => () => undefined, askAboutSession: () => undefined, lock: () => Promise.resolve() },
    post: server.post,
    exclusive: alone,
    clock: new TestClock(),
    chance: new TestChance(),
    around: new TestSurroundings(),
    channel: null,
    storage: null,
  });
  await vi.waitFor(() => expect(server.bodies).toHaveLength(1), { interval: 2 });
  await (await tab()).append(comment('clean', null));
  phone.syncNow();
  await vi.waitFor(() => expect(phone.status.queued).toBe(1), { interval: 2 });
  phone.syncNow();
  await vi.waitFor(() => expect(server.bodies.at(-1)?.[6]).toMatchObject([ANN, expect.anything(), [], [['E1', [[1, 0, 'c1', 'clean']]]]]), { interval: 2 });
  await vi.waitFor(() => expect(phone.status.queued).toBe(0), { interval: 2 });
  phone.close();
});
