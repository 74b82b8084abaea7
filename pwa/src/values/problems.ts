/** Words for what only these pages can meet. */
import { m } from '../generated/paraglide/messages.js';
import { bring, type ValueCode, type Words } from '../foundation/words';

const PROBLEMS: Record<ValueCode, Words> = {
  source_locked: m.problem_source_locked,
  source_owner: m.problem_source_owner,
  source_by_hand: m.problem_source_by_hand,
  leave_protected: m.problem_leave_protected,
  key_indicator: m.problem_key_indicator,
  key_span: m.problem_key_span,
  batch_key_reused: m.problem_batch_key_reused,
  value_reason: m.problem_value_reason,
  objection_twice: m.problem_objection_twice,
  objection_old: m.problem_objection_old,
  objection_answered: m.problem_objection_answered,
};
bring(PROBLEMS);
