import { beforeEach, describe, expect, test } from 'vitest';
import type { UserDb } from '../db/user-db';
import { setAside } from './aside';
import { applyAnswer, readHeld } from './apply';
import { forgetOldReceipts } from './housekeeping';
import { makeRoom, seenParked } from './keeping';
import { Outbox } from './outbox';
import { ANN, BO, DEVICE, everything, freshDb, own, TestClock, withFault } from './testing';
import type { Receipt, WireAnswer } from './wire';

const SCOPES = [`rate:${ANN}`, `own:${ANN}`, 'lib'];
const DAY_MS = 86_400_000;
let db: UserDb;
let clock: TestClock;
let outbox: Outbox;

const answer = (change: Partial<WireAnswer> = {}): WireAnswer => ({
  nonce: 'n',
  epoch: 'ep',
  access: 'acc',
  seq: 20,
  receipts: [],
  scopes: null,
  deltas: [],
  now_ms: 0,
  ...change,
});
const snapshot = (scope: number, id: string): WireAnswer['deltas'][number] => ({
  scope,
  from: 0,
  to: 20,
  more: false,
  rows: { evaluation: [{ id }] },
  leaves: [],
});
const first = (change: Partial<WireAnswer> = {}): WireAnswer =>
  answer({ scopes: SCOPES, deltas: [snapshot(0, 'E1'), snapshot(1, 'R1'), snapshot(2, 'Q1')], ...change });
const apply = async (given: WireAnswer) => applyAnswer(db, outbox.nOf, given, await readHeld(db), clock.now());
const append = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await outbox.append({ record: `E${i}`, field: 'score/1', op: 'set', value: 3, base: null });
};
const rows = () => db.read(['rows'], (tx) => tx.objectStore('rows').getAll());
const ledger = () => db.read(['ledger'], (tx) => tx.objectStore('ledger').getAll());
const queued = () => db.read(['outbox'], (tx) => tx.objectStore('outbox').getAll());

beforeEach(async () => {
  db = await freshDb();
  clock = new TestClock();
  outbox = new Outbox(db, DEVICE, ANN, clock);
});

test('a restored server is offered every edit but those that their author has let go', async () => {
  await append(3);
  const refused: Receipt[] = [1, 2].map((n) => ({ n, result: 'parked', reason: 'cycle_closed' }));
  await apply(first({ receipts: [...refused, { n: 3, result: 'applied' }] }));
  await seenParked(db, 1);
  await apply(answer({ epoch: 'restored' }));
  expect((await queued()).map(({ n }) => n)).toEqual([2, 3]);
});

describe('an edit that waits for another', () => {
  const built = (on: number) => outbox.append({ record: 'E1', field: 'score/1', op: 'set', value: 4, base: own(on) });
  const held = (n: number, on: string) => apply(first({ receipts: [{ n, result: 'held', missing: on }] }));
  const states = async () => (await queued()).map(({ n, state }) => [n, state]);

  test('that lies set aside here is set aside too, instead of waiting for ever', async () => {
    await append(1);
    await built(1);
    await setAside(outbox, 1);
    await held(2, own(1));
    expect(await states()).toEqual([[1, 'set_aside'], [2, 'set_aside']]);
  });

  test('that its author has discarded is set aside too', async () => {
    await append(1);
    await built(1);
    await outbox.discard(1);
    await held(2, own(1));
    expect(await states()).toEqual([[2, 'set_aside']]);
  });

  test('that its author has let go, and that a restored server does not have, is set aside too', async () => {
    await append(1);
    await built(1);
    await apply(first({ receipts: [{ n: 1, result: 'parked', reason: 'invalid' }, { n: 2, result: 'applied' }] }));
    await seenParked(db, 1);
    await apply(answer({ epoch: 'restored' }));
    await apply(answer({ epoch: 'restored', receipts: [{ n: 2, result: 'held', missing: own(1) }] }));
    expect(await states()).toEqual([[2, 'set_aside']]);
  });

  test('that is still on its way, or somebody else’s, goes on waiting', async () => {
    await append(1);
    await built(1);
    await built(9);
    await held(2, own(1));
    await held(3, `${BO}.1`);
    expect(await states()).toEqual([[1, 'queued'], [2, 'held'], [3, 'held']]);
  });
});

test('every receipt moves its edit to where it belongs, and one without a receipt stays', async () => {
  await append(7);
  const receipts: Receipt[] = [
    { n: 1, result: 'applied' },
    { n: 2, result: 'conflict', case: 'K' },
    { n: 3, result: 'parked', reason: 'cycle_closed' },
    { n: 4, result: 'held', missing: 'x' },
    { n: 5, result: 'retry', seconds: 3 },
    { n: 6, result: 'update_needed' },
  ];
  await apply(first({ receipts }));
  expect((await queued()).map(({ n, state }) => [n, state])).toEqual([
    [4, 'held'],
    [5, 'retry_wait'],
    [6, 'update_needed'],
    [7, 'queued'],
  ]);
  expect((await ledger()).map(({ n, result, parked }) => [n, result, parked])).toEqual([
    [1, 'applied', undefined],
    [2, 'conflict', undefined],
    [3, 'parked', 1],
  ]);
});

test('a receipt told twice, or for an edit that another tab has settled, changes nothing', async () => {
  await append(1);
  await apply(first({ receipts: [{ n: 1, result: 'applied' }] }));
  const before = await ledger();
  await apply(answer({ receipts: [{ n: 1, result: 'applied' }, { n: 99, result: 'parked', reason: 'x' }] }));
  expect(await ledger()).toEqual(before);
});

describe('rule d: a confirmed edit lies over the rows', () => {
  test('until a pull at or past its receipt was applied', async () => {
    await apply(first());
    await append(1);
    const later = { scope: 0, from: 20, to: 20, more: true, rows: {}, leaves: [] };
    await apply(answer({ seq: 30, receipts: [{ n: 1, result: 'applied' }], deltas: [later] }));
    expect((await db.snapshot()).overlay.map(({ n }) => n)).toEqual([1]);
    await apply(answer({ seq: 31 }));
    expect((await db.snapshot()).overlay).toEqual([]);
    expect((await ledger()).map(({ n }) => n)).toEqual([1]);
  });

  test('and not longer than the answer that brings both', async () => {
    await apply(first());
    await append(1);
    await apply(answer({ seq: 30, receipts: [{ n: 1, result: 'applied' }] }));
    expect((await db.snapshot()).overlay).toEqual([]);
  });
});

describe('rule c: one transaction', () => {
  test('a crash at any write leaves rows, cursors, outbox and ledger as they were', async () => {
    await append(2);
    const before = await everything(db);
    const full = first({ receipts: [{ n: 1, result: 'applied' }, { n: 2, result: 'applied' }] });
    let crashes = 0;
    for (let k = 1; k < 100; k++) {
      const end = await withFault('crash', k, () => apply(full)).then(() => 'written', () => 'crashed');
      if (end === 'written') break;
      crashes++;
      expect(await everything(db)).toEqual(before);
    }
    expect(crashes).toBeGreaterThan(10);
    expect(await queued()).toEqual([]);
  });

  test('with no room for rows the receipts still count, and the cursor does not move', async () => {
    await append(1);
    const end = await withFault('quota', 4, () => apply(first({ receipts: [{ n: 1, result: 'applied' }] })));
    expect(end.full).toBe(true);
    expect([end.pulled.sync.access, end.pulled.scopes]).toEqual(['', []]);
    expect(await queued()).toEqual([]);
    expect((await readHeld(db)).scopes).toEqual([]);
  });
});

describe('a restored server', () => {
  test('is offered every confirmed edit again, and its rows replace the old ones', async () => {
    await append(2);
    await apply(first({ receipts: [{ n: 1, result: 'applied' }, { n: 2, result: 'parked', reason: 'cycle_closed' }] }));
    await append(1);
    const end = await apply(answer({ epoch: 'ep2', seq: 3, receipts: [{ n: 3, result: 'applied' }] }));
    expect(end.pulled.again).toBe(true);
    expect(await rows()).toEqual([]);
    expect((await queued()).map(({ n, state, attempts }) => [n, state, attempts])).toEqual([[1, 'queued', 1], [2, 'queued', 1]]);
    expect((await ledger()).map(({ n, epoch }) => [n, epoch])).toEqual([[3, 'ep2']]);
  });

  test('does not bring old edits back into a queue twice', async () => {
    await append(1);
    await apply(first({ receipts: [{ n: 1, result: 'applied' }] }));
    await apply(answer({ epoch: 'ep2', seq: 3 }));
    await apply(first({ epoch: 'ep2', seq: 3, receipts: [{ n: 1, result: 'same' }] }));
    expect(await queued()).toEqual([]);
    expect((await ledger()).map(({ n, epoch }) => [n, epoch])).toEqual([[1, 'ep2']]);
  });
});

test('a lost scope loses its rows and no edit', async () => {
  await apply(first());
  await append(1);
  await apply(answer({ access: 'new', scopes: [`own:${ANN}`] }));
  expect((await rows()).map(({ id }) => id)).toEqual(['R1']);
  expect((await queued()).map(({ n }) => n)).toEqual([1]);
});

test('an answer that arrives after the sign-out settles edits and brings no row back', async () => {
  await append(1);
  await db.write(['meta'], (tx) => tx.objectStore('meta').put(true, 'left'));
  await apply(first({ receipts: [{ n: 1, result: 'applied' }] }));
  expect([await rows(), await queued()]).toEqual([[], []]);
});

test('a row that leaves is gone, the others stay', async () => {
  await apply(first());
  await apply(answer({ seq: 21, deltas: [{ scope: 0, from: 20, to: 21, more: false, rows: {}, leaves: [['evaluation', 'E1']] }] }));
  expect((await rows()).map(({ id }) => id).sort()).toEqual(['Q1', 'R1']);
});

test('room is made from what comes again anyway, never from records or edits', async () => {
  await apply(first());
  await append(1);
  await makeRoom(db);
  expect((await rows()).map(({ id }) => id).sort()).toEqual(['E1', 'R1']);
  expect((await readHeld(db)).scopes.map(({ cursor }) => cursor)).toEqual([20, 20, 0]);
  expect(await queued()).toHaveLength(1);
});

test('a phone whose clock is a year ahead forgets nothing of today', async () => {
  await append(1);
  await apply(first({ receipts: [{ n: 1, result: 'applied' }] }));
  clock.pass(365 * DAY_MS);
  await apply(answer({ seq: 20, now_ms: 1_000 }));
  await forgetOldReceipts(db);
  expect(await ledger()).toHaveLength(1);
});

test('receipts are remembered for 30 days, parked ones until their author has seen them', async () => {
  await append(2);
  await apply(first({ receipts: [{ n: 1, result: 'applied' }, { n: 2, result: 'parked', reason: 'not_yours' }] }));
  await apply(answer({ seq: 20, now_ms: 29 * DAY_MS }));
  await forgetOldReceipts(db);
  expect(await ledger()).toHaveLength(2);
  await apply(answer({ seq: 20, now_ms: 31 * DAY_MS }));
  await forgetOldReceipts(db);
  expect((await ledger()).map(({ n }) => n)).toEqual([2]);
  await seenParked(db, 2);
  expect((await db.snapshot()).parked).toEqual([]);
});
