/** An own edit that was refused: who writes on knowing it says so, and who does not know it does not. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UserDb } from '../db/user-db';
import { Hand } from '../evaluations/score/acts';
import { write } from '../evaluations/mutations';
import type { User } from '../foundation/people';
import { Phone } from './phone.svelte';
import { alone, ANN, answering, BO, DEVICE, freshDb, own, ScriptedServer, TestChance, TestClock, TestSurroundings } from './testing';
import type { EvaluationRow } from './types';

let db: UserDb;
let server: ScriptedServer;
let phones: Phone[];
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 2, timeout: 10_000 });

/** A window that hears of another's edits only when it looks at the disk. */
function open(): Phone {
  const phone = new Phone({ person_id: '1', plant: { code: 'north' } } as User, ANN, {
    deviceId: () => Promise.resolve(DEVICE),
    db: new UserDb(db.name),
    credentials: { csrf: () => Promise.resolve('c'), refresh: () => Promise.resolve(false), onRenewed: () => () => undefined, askAboutSession: () => undefined, lock: () => Promise.resolve() },
    post: server.post,
    exclusive: alone,
    clock: new TestClock(),
    chance: new TestChance(),
    around: new TestSurroundings(),
    channel: null,
    storage: null,
  });
  phones.push(phone);
  return phone;
}
const team = answering({
  scopes: [`rate:${ANN}`],
  deltas: [[0, 0, 20, 0, { evaluation: [['E1', 'C', 'F', ANN, '101', '王芳', 'Wang', null, '甲班', 'A', [1], [null], [3], 30, 'open', ['c1', '早', '0.7'], null, 3, 1]] }, []]],
  writers: [BO],
});
const row = (phone: Phone): EvaluationRow => phone.evaluation('E1') as EvaluationRow;
const base = async (n: number): Promise<unknown> => {
  const phone = open();
  await phone.ready;
  const { bodies } = server;
  phone.syncNow();
  await soon(() => expect(JSON.stringify(bodies.at(-1)?.[6])).toContain(`[${n},`));
  const [, , , [[, edits]]] = bodies.at(-1)?.[6] as [unknown, unknown, unknown, [[string, unknown[][]]]];
  return edits.find(([one]) => one === n)?.[4];
};

/** A phone that was told that its first edit is refused. */
async function refused(): Promise<Phone> {
  server.then(team);
  const phone = open();
  await soon(() => expect(phone.evaluations).toHaveLength(1));
  await phone.append({ record: 'E1', field: 'comment/1', op: 'set', value: '早。稳', base: phone.version('E1', 'comment/1') });
  server.then(answering({ seq: 21, receipts: [[1, 'p', 'cycle_closed']] }));
  phone.syncNow();
  await soon(() => expect(phone.status.parked).toHaveLength(1));
  return phone;
}

beforeEach(async () => {
  db = await freshDb();
  server = new ScriptedServer();
  phones = [];
});
afterEach(() => phones.forEach((phone) => phone.close()));

test('what is written after it names what is shown, and then it', async () => {
  const phone = await refused();
  expect(row(phone).fields['comment/1']).toEqual({ value: '早', version: `${BO}.7`, refused: [own(1)] });
  await write(phone, row(phone), 'comment', 1, '早。快');
  expect(await base(2)).toEqual(['0.7', 1]);
});

test('also after a restart', async () => {
  (await refused()).close();
  const phone = open();
  await phone.ready;
  await write(phone, row(phone), 'comment', 1, '早。快');
  expect(await base(2)).toEqual(['0.7', 1]);
});

test('a window that was not told of it does not name it, though it lies on the disk', async () => {
  server.then(team);
  const deaf = open();
  await soon(() => expect(deaf.evaluations).toHaveLength(1));
  await refused();
  await write(deaf, row(deaf), 'comment', 1, '早。快');
  expect(await base(2)).toBe('0.7');
});

test('nor does a sheet that was opened before', async () => {
  server.then(team);
  const phone = open();
  await soon(() => expect(phone.evaluations).toHaveLength(1));
  const hand = new Hand(phone);
  const seen = hand.sees(row(phone));
  await refused();
  phone.syncNow();
  await soon(() => expect(phone.status.parked).toHaveLength(1));
  await write(hand, seen(), 'comment', 1, '早。快');
  expect(await base(2)).toBe('0.7');
});

test('put away, it is named no more: it is not offered to a restored server', async () => {
  const phone = await refused();
  await phone.discard(own(1));
  await write(phone, row(phone), 'comment', 1, '早。快');
  expect(await base(2)).toBe('0.7');
});
