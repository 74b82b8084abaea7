import { describe, expect, test } from 'vitest';
import { type Held, pull } from './pull';
import type { Delta, WireAnswer } from './wire';

const NOW = 9_000;
const held = (cursors: Record<string, number>, access = 'acc', epoch = 'ep'): Held => ({
  sync: { epoch, access, last_contact_at: null },
  scopes: Object.entries(cursors).map(([name, cursor], place) => ({ name, place, cursor })),
});
const answer = (change: Partial<WireAnswer> = {}): WireAnswer => ({
  nonce: 'n',
  epoch: 'ep',
  access: 'acc',
  seq: 20,
  receipts: [],
  scopes: null,
  deltas: [],
  now_ms: NOW,
  ...change,
});
const delta = (scope: number, from: number, to: number, change: Partial<Delta> = {}): Delta => ({
  scope,
  from,
  to,
  more: false,
  rows: {},
  leaves: [],
  ...change,
});
const cursors = ({ scopes }: { scopes: { name: string; cursor: number }[] }): Record<string, number> =>
  Object.fromEntries(scopes.map(({ name, cursor }) => [name, cursor]));

describe('rule a: what is behind is not applied', () => {
  test('a delta that ends before what another tab has pulled changes nothing', () => {
    const end = pull(answer({ seq: 12, deltas: [delta(0, 10, 12, { rows: { evaluation: [{ id: 'E' }] } })] }), held({ 'rate:a': 10 }), held({ 'rate:a': 18 }), NOW);
    expect(end.changes).toEqual([]);
    expect(cursors(end)).toEqual({ 'rate:a': 18 });
  });

  test('an old answer never moves a cursor back', () => {
    const end = pull(answer({ seq: 12 }), held({ 'rate:a': 10 }), held({ 'rate:a': 18 }), NOW);
    expect(cursors(end)).toEqual({ 'rate:a': 18 });
  });
});

describe('rule b: a delta needs what lies before it', () => {
  test('a delta from beyond the cursor is not applied, and the cursor stays', () => {
    const end = pull(answer({ deltas: [delta(0, 15, 20, { rows: { evaluation: [{ id: 'E' }] } })] }), held({ 'rate:a': 15 }), held({ 'rate:a': 10 }), NOW);
    expect(end.changes).toEqual([]);
    expect(cursors(end)).toEqual({ 'rate:a': 10 });
  });

  test('"nothing new" does not complete a scope that has lost its rows meanwhile', () => {
    const end = pull(answer(), held({ lib: 15 }), held({ lib: 0 }), NOW);
    expect(cursors(end)).toEqual({ lib: 0 });
  });
});

test('a scope that is not mentioned is complete up to the answer', () => {
  const end = pull(answer(), held({ 'rate:a': 10, lib: 4 }), held({ 'rate:a': 10, lib: 4 }), NOW);
  expect(cursors(end)).toEqual({ 'rate:a': 20, lib: 20 });
  expect([end.again, end.complete_to]).toEqual([false, 20]);
});

test('a snapshot replaces the rows of its scope and of no other', () => {
  const end = pull(answer({ deltas: [delta(1, 0, 20, { rows: { chip: [{ id: 'c' }] } })] }), held({ 'rate:a': 20, lib: 5 }), held({ 'rate:a': 20, lib: 5 }), NOW);
  expect(end.changes.map((change) => [change.do, change.scope])).toEqual([
    ['wipe', 'lib'],
    ['put', 'lib'],
  ]);
});

test('a scope that did not fit is asked for at once and keeps its rows until then', () => {
  const end = pull(answer({ deltas: [delta(1, 0, 0, { more: true })] }), held({ 'rate:a': 20, lib: 0 }), held({ 'rate:a': 20, lib: 0 }), NOW);
  expect(end.again).toBe(true);
  expect(end.changes).toEqual([]);
  expect(cursors(end)).toEqual({ 'rate:a': 20, lib: 0 });
});

test('facts and library that are still to come hold back no confirmed edit', () => {
  const first = answer({ scopes: ['rate:a', 'own:a', 'lib'], deltas: [delta(0, 0, 20), delta(1, 0, 20), delta(2, 0, 0, { more: true })] });
  const end = pull(first, held({}, ''), held({}, ''), NOW);
  expect(end.complete_to).toBe(20);
});

describe('rights that changed', () => {
  const changed = answer({ access: 'new', scopes: ['own:a', 'rate:b'] });
  const end = pull(changed, held({ 'rate:a': 20, 'own:a': 20 }), held({ 'rate:a': 20, 'own:a': 20 }), NOW);

  test('wipe the rows of a lost scope, keep the cursor of a kept one, and ask again', () => {
    expect(end.changes).toEqual([{ do: 'wipe', scope: 'rate:a' }]);
    expect(cursors(end)).toEqual({ 'own:a': 20, 'rate:b': 0 });
    expect([end.again, end.sync.access]).toEqual([true, 'new']);
  });

  test('an answer for the list before is not read with the list of now', () => {
    const late = pull(answer({ access: 'acc', deltas: [delta(0, 20, 20, { rows: { evaluation: [{ id: 'E' }] } })] }), held({ 'rate:a': 20 }), { sync: { epoch: 'ep', access: 'new', last_contact_at: 1 }, scopes: end.scopes }, NOW);
    expect(late.changes).toEqual([]);
    expect(late.counts).toBe(true);
    expect(cursors(late)).toEqual(cursors(end));
  });
});

describe('rules e and f: epochs', () => {
  test('a new epoch wipes every row, offers the ledger again, and its receipts count', () => {
    const end = pull(answer({ epoch: 'ep2', seq: 3 }), held({ 'rate:a': 20, lib: 20 }), held({ 'rate:a': 20, lib: 20 }), NOW);
    expect(end).toMatchObject({ counts: true, new_epoch: true, again: true, scopes: [], complete_to: 0 });
    expect(end.changes).toEqual([
      { do: 'wipe', scope: 'rate:a' },
      { do: 'wipe', scope: 'lib' },
    ]);
    expect(end.sync).toMatchObject({ epoch: 'ep2', access: '' });
  });

  test('an answer of an epoch that is over counts for nothing', () => {
    const end = pull(answer({ epoch: 'ep' }), held({ 'rate:a': 20 }, 'acc', 'ep'), held({}, '', 'ep2'), NOW);
    expect(end).toMatchObject({ counts: false, changes: [], new_epoch: false, again: true });
    expect(end.sync.epoch).toBe('ep2');
  });

  test('a first sync has no epoch to compare', () => {
    const end = pull(answer({ scopes: ['own:a'], deltas: [delta(0, 0, 20)] }), held({}, '', ''), held({}, '', ''), NOW);
    expect([end.new_epoch, end.sync.epoch]).toEqual([false, 'ep']);
  });
});
