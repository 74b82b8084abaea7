import { expect, test } from 'vitest';
import { settle, type Settled } from './receipts';
import type { Receipt } from './wire';

const NOW = 50_000;

test.each<[Receipt, Partial<Settled>]>([
  [{ n: 1, result: 'applied' }, { to: 'ledger', overlay: true, parked: false }],
  [{ n: 1, result: 'same', version: 'd.a.7' }, { to: 'ledger', overlay: true, parked: false }],
  [{ n: 1, result: 'merged' }, { to: 'ledger', overlay: true }],
  [{ n: 1, result: 'conflict', case: 'c' }, { to: 'ledger', overlay: true, parked: false }],
  [{ n: 1, result: 'parked', reason: 'cycle_closed' }, { to: 'ledger', overlay: false, parked: true, reason: 'cycle_closed' }],
  [{ n: 1, result: 'id_reused' }, { to: 'ledger', overlay: false, parked: true, reason: 'id_reused' }],
  [{ n: 1, result: 'retry', seconds: 30 }, { to: 'outbox', state: 'retry_wait', not_before: NOW + 30_000 }],
  [{ n: 1, result: 'update_needed' }, { to: 'outbox', state: 'update_needed' }],
])('%j settles as %j', (receipt, expected) => {
  expect(settle(receipt, NOW)).toMatchObject(expected);
});

test('a held edit stays in the outbox and is asked about again', () => {
  const end = settle({ n: 1, result: 'held', missing: 'd.a.9' }, NOW);
  expect(end).toMatchObject({ to: 'outbox', state: 'held' });
  expect((end as { not_before: number }).not_before).toBeGreaterThan(NOW);
});
