/**
 * What a receipt does to an edit. Pure. Only a terminal receipt takes an edit out of the outbox, and then into the
 * ledger, which keeps it 30 days: a server restored from a backup is offered it again.
 */
import type { EditState } from '../db/schema';
import { LONGEST_WAIT_MS } from './planner';
import type { Millis } from './types';
import type { Receipt } from './wire';

/** A held edit waits for somebody else's; asking again tells whether that has come. */
const HELD_RETRY_MS = 300_000;

export type Settled =
  | { to: 'ledger'; result: string; reason: string | null; overlay: boolean; parked: boolean }
  | { to: 'outbox'; state: EditState; not_before: Millis };

/** `neverComes`: what a held edit waits for lies set aside on this phone, or its author has discarded it. */
export function settle(receipt: Receipt, now: Millis, neverComes = false): Settled {
  switch (receipt.result) {
    case 'applied':
    case 'same':
    case 'merged':
    case 'conflict':
      return { to: 'ledger', result: receipt.result, reason: null, overlay: true, parked: false };
    case 'parked':
      return { to: 'ledger', result: 'parked', reason: receipt.reason ?? 'invalid', overlay: false, parked: true };
    case 'id_reused':
      return { to: 'ledger', result: 'id_reused', reason: 'id_reused', overlay: false, parked: true };
    case 'held':
      if (neverComes) return { to: 'outbox', state: 'set_aside', not_before: 0 };
      return { to: 'outbox', state: 'held', not_before: now + HELD_RETRY_MS };
    case 'retry':
      return { to: 'outbox', state: 'retry_wait', not_before: now + Math.min(LONGEST_WAIT_MS, (receipt.seconds ?? 1) * 1000) };
    case 'update_needed':
      return { to: 'outbox', state: 'update_needed', not_before: 0 };
  }
}
