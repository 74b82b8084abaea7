import { beforeEach, describe, expect, test } from 'vitest';
import type { StoredEdit } from '../db/schema';
import { UserDb } from '../db/user-db';
import { setAside, tryAgain } from './aside';
import { Outbox } from './outbox';
import { ANN, DEVICE, everything, freshDb, own, TestClock, withFault } from './testing';
import type { NewMutation } from './types';

let db: UserDb;
let clock: TestClock;
let outbox: Outbox;

const score = (change: Partial<NewMutation> = {}): NewMutation => ({
  record: 'E1',
  field: 'score/1',
  op: 'set',
  value: 3,
  base: null,
  ...change,
});
const stored = () => db.read(['outbox'], (tx) => tx.objectStore('outbox').getAll());
/** What an edit names that goes on from the field's newest own one. */
const shown = (from = outbox, field = 'score/1'): string => from.entries.findLast(({ edit }) => edit.field === field)?.edit.shown ?? '';
const reopened = async (): Promise<Outbox> => {
  const other = new Outbox(new UserDb(db.name), DEVICE, ANN, clock);
  const snapshot = await db.snapshot();
  await other.take(snapshot.n, snapshot.outbox);
  return other;
};

beforeEach(async () => {
  db = await freshDb();
  clock = new TestClock();
  outbox = new Outbox(db, DEVICE, ANN, clock);
});

test('an edit that was appended is there after a restart', async () => {
  await outbox.append(score());
  const { edit } = (await reopened()).entries[0] ?? {};
  expect(edit).toMatchObject({ n: 1, record: 'E1', field: 'score/1', value: 3, base: [], version: own(1) });
});

test('numbers count up from 1 without a gap, also after a restart and after the queue has emptied', async () => {
  await outbox.append(score());
  await outbox.append(score({ record: 'E2' }));
  await outbox.discard(1);
  await outbox.discard(2);
  expect((await (await reopened()).append(score())).edit.n).toBe(3);
});

test('appends that come at once get a number each', async () => {
  const entries = await Promise.all(['E1', 'E2', 'E3', 'E4'].map((record) => outbox.append(score({ record }))));
  expect(entries.map(({ edit }) => edit.n)).toEqual([1, 2, 3, 4]);
});

describe('two tabs', () => {
  test('never give one number to two edits', async () => {
    const other = await reopened();
    await Promise.all([
      ...['A', 'B', 'C'].map((record) => outbox.append(score({ record }))),
      ...['D', 'E', 'F'].map((record) => other.append(score({ record }))),
    ]);
    const all = await stored();
    expect(all.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(all.map(({ record }) => record)).size).toBe(6);
  });

  test('do not change an edit that the other has put on the wire', async () => {
    await outbox.append(score());
    const other = await reopened();
    await outbox.freeze([1]);
    const { edit } = await other.append(score({ value: 5, base: shown(other) }));
    expect([edit.n, edit.base]).toEqual([2, [own(1)]]);
    expect((await stored()).map(({ n, attempts }) => [n, attempts])).toEqual([[1, 1], [2, 0]]);
  });
});

describe('two tabs, one of which has not heard that the other gave a newer value', () => {
  const comment = (value: string, base: string | null): NewMutation => score({ field: 'comment/1', value, base });
  const kept = async () => (await reopened()).entries.map(({ edit }) => [edit.n, edit.value, edit.base]);
  let seen: string;
  let other: Outbox;

  beforeEach(async () => {
    await outbox.append(comment('clean', 'bo.7'));
    other = await reopened();
    seen = shown(other, 'comment/1');
    await outbox.append(comment('clean, on time', shown(outbox, 'comment/1')));
  });

  test('its text goes beside the other, on the base of both', async () => {
    await other.append(comment('clean, helps others', seen));
    expect(await kept()).toEqual([[1, 'clean, on time', ['bo.7']], [2, 'clean, helps others', ['bo.7']]]);
  });

  test('also when the other has been sent, or confirmed', async () => {
    await outbox.freeze([1]);
    await other.append(comment('clean, helps others', seen));
    await db.write(['outbox', 'ledger'], async (tx) => {
      const { n, record, at, sealed } = (await tx.objectStore('outbox').get(1)) as StoredEdit;
      await tx.objectStore('ledger').put({ n, record, at, sealed, result: 'applied', reason: null, seq: 1, epoch: 'ep' });
      await tx.objectStore('outbox').delete(1);
    });
    await other.append(comment('clean, asks first', seen));
    expect(await kept()).toEqual([[2, 'clean, helps others', ['bo.7']], [3, 'clean, asks first', ['bo.7']]]);
  });

  test('also when it hears of the other while its author types', async () => {
    const snapshot = await db.snapshot();
    await other.inTurn(() => other.take(snapshot.n, snapshot.outbox));
    await other.append(comment('clean, helps others', seen));
    expect(await kept()).toEqual([[1, 'clean, on time', ['bo.7']], [2, 'clean, helps others', ['bo.7']]]);
  });

  test('it signs what its author has read, not the other', async () => {
    const submit = (base: string): NewMutation => score({ field: 'status', op: 'command', value: { name: 'submit', signs: [['comment/1', base]] } });
    const unread = await other.append(submit(seen));
    expect(unread.edit.value).toEqual({ name: 'submit', signs: [['comment/1', 'bo.7']] });
    const read = await other.append(submit(shown(other, 'comment/1')));
    expect(read.edit.value).toEqual({ name: 'submit', signs: [['comment/1', own(1)]] });
  });

  test('what it goes on from is its own text afterwards', async () => {
    await other.append(comment('clean, helps others', seen));
    await other.append(comment('clean, helps others, quiet', shown(other, 'comment/1')));
    expect(await kept()).toEqual([[1, 'clean, on time', ['bo.7']], [2, 'clean, helps others, quiet', ['bo.7']]]);
  });
});

describe('after a sign-in that found no room to write down whose phone this is', () => {
  const nameless = (device: string) => new Outbox(new UserDb(db.name), device, ANN, clock);
  const held = () => db.read(['meta'], (tx) => tx.objectStore('meta').get('device'));

  beforeEach(async () => {
    await db.write(['meta'], (tx) => tx.objectStore('meta').delete('device'));
  });

  test('the first edit brings the id under which it is numbered', async () => {
    await outbox.append(score());
    expect(await held()).toBe(DEVICE);
  });

  test('tabs that each had an id of their own number under one', async () => {
    const [one, two] = [nameless('one'), nameless('two')];
    await one.append(score());
    const { edit } = await two.append(score({ record: 'E2' }));
    expect([await held(), edit.version]).toEqual(['one', `one.${ANN}.2`]);
  });
});

describe('a newer value', () => {
  test('takes the place of an unsent one under the same number and base', async () => {
    await outbox.append(score({ base: 'bo.7' }));
    clock.pass(50);
    const { edit } = await outbox.append(score({ value: 4, base: shown() }));
    expect(edit).toMatchObject({ n: 1, value: 4, base: ['bo.7'], device_time_ms: clock.now() });
    expect(await stored()).toHaveLength(1);
  });

  test('follows one that may have been on the wire, with that one as its base', async () => {
    await outbox.append(score());
    await outbox.freeze([1]);
    const { edit } = await outbox.append(score({ value: 4, base: shown() }));
    expect([edit.n, edit.base]).toEqual([2, [own(1)]]);
  });

  test.each<[string, Partial<NewMutation>]>([
    ['another field', { field: 'score/2' }],
    ['a command', { field: 'status', op: 'command', value: { name: 'submit', signs: [['score/1', own(1)]] } }],
    ['a chip', { field: 'chips/1', op: 'add', value: 'q1' }],
  ])('does not change what was seen by a later edit of the record: %s', async (_what, between) => {
    await outbox.append(score());
    const seen = shown();
    await outbox.append(score(between));
    expect((await outbox.append(score({ value: 4, base: seen }))).edit.n).toBe(3);
  });

  test('does not replace a value that its author had not seen', async () => {
    await outbox.append(score());
    expect((await outbox.append(score({ value: 4, base: 'bo.7' }))).edit.n).toBe(2);
  });
});

describe('a disk that fails', () => {
  test.each([1, 2])('a crash at write %i leaves all or nothing, and the number is given again', async (k) => {
    await outbox.append(score());
    const before = await everything(db);
    await expect(withFault('crash', k, () => outbox.append(score({ record: 'E2' })))).rejects.toThrow();
    expect(await everything(db)).toEqual(before);
    expect((await outbox.append(score({ record: 'E2' }))).edit.n).toBe(2);
  });

  test('a full disk is told as such, and nothing counts as saved', async () => {
    await expect(withFault('quota', 1, () => outbox.append(score()))).rejects.toMatchObject({ name: 'StorageFailed', why: 'full' });
    expect(outbox.entries).toEqual([]);
    expect(await stored()).toEqual([]);
  });

  test('a dead handle is opened again and the edit is written', async () => {
    await withFault('dead', 1, () => outbox.append(score()));
    expect((await stored()).map(({ n }) => n)).toEqual([1]);
  });
});

test('freezing counts the attempt before the edit leaves, and passes over what has gone', async () => {
  await outbox.append(score());
  await outbox.append(score({ record: 'E2' }));
  await outbox.discard(1);
  expect((await outbox.freeze([1, 2])).map(({ n }) => n)).toEqual([2]);
  expect((await stored())[0]).toMatchObject({ n: 2, state: 'sending', attempts: 1 });
});

test('a start tries again what was set aside or told to wait for an update', async () => {
  await outbox.append(score());
  await outbox.append(score({ record: 'E2' }));
  await setAside(outbox, 1);
  await tryAgain(outbox);
  expect((await reopened()).entries.map(({ state }) => state)).toEqual(['queued', 'queued']);
});

test('text is whole, clean and no longer than the server takes', async () => {
  const { edit } = await outbox.append(score({ field: 'comment/1', value: `\uD83D 换模\u0000\r\n快了${'好'.repeat(3_000)}` }));
  expect(edit.value).toMatch(/^\uFFFD 换模\n快了好/);
  expect([...(edit.value as string)]).toHaveLength(2_000);
});
