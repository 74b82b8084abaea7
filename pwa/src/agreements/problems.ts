/** Words for what only these pages can meet. */
import { m } from '../generated/paraglide/messages.js';
import { bring, type AgreementCode, type Words } from '../foundation/words';

const PROBLEMS: Record<AgreementCode, Words> = {
  window_days: m.problem_window_days,
  window_until: m.problem_window_until,
  window_open: m.problem_window_open,
  window_shut: m.problem_window_shut,
  agreements_none: m.problem_agreements_none,
};
bring(PROBLEMS);
