/**
 * The words for why an edit was parked. Apart from those for problems: no first screen shows them. The table is written
 * out, because a look-up by a computed name would put every message of the app into one chunk.
 */
import { m } from '../generated/paraglide/messages.js';

const REASONS: Record<string, () => string> = {
  cycle_closed: m.sync_reason_cycle_closed,
  not_yours: m.sync_reason_not_yours,
  no_such_record: m.sync_reason_no_such_record,
  invalid: m.sync_reason_invalid,
  already_submitted: m.sync_reason_already_submitted,
  case_open: m.sync_reason_case_open,
  signed_other: m.sync_reason_signed_other,
  incomplete: m.sync_reason_incomplete,
  reason_missing: m.sync_reason_reason_missing,
  not_submitted: m.sync_reason_not_submitted,
  session_ended: m.sync_reason_session_ended,
  window_closed: m.sync_reason_window_closed,
  weights: m.sync_reason_weights,
  value_changed: m.sync_reason_value_changed,
  value_shorter: m.sync_reason_value_shorter,
  value_reason: m.sync_reason_value_reason,
  value_late: m.sync_reason_value_late,
  source_locked: m.sync_reason_source_locked,
  source_by_hand: m.sync_reason_source_by_hand,
  objection_answered: m.sync_reason_objection_answered,
  objection_full: m.sync_reason_objection_full,
  id_reused: m.sync_reason_id_reused,
  set_aside: m.sync_reason_set_aside,
  other: m.sync_reason_other,
};

/** Why an edit was parked: "cycle_closed", "set_aside". A code that this app does not know yet still gets a true sentence. */
export const reasonWords = (reason: string): string => (REASONS[reason] ?? m.sync_reason_other)();
