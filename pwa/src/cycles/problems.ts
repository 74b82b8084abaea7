/** Words for what only these pages can meet. */
import { m } from '../generated/paraglide/messages.js';
import { bring, type CycleCode, type Words } from '../foundation/words';

const PROBLEMS: Record<CycleCode, Words> = {
  cycle_not_draft: m.problem_cycle_not_draft,
  cycle_not_open: m.problem_cycle_not_open,
  cycle_period: m.problem_cycle_period,
  cycle_deadline: m.problem_cycle_deadline,
  cycle_empty: m.problem_cycle_empty,
  department_unknown: m.problem_department_unknown,
  delegation_overlaps: m.problem_delegation_overlaps,
  delegation_person: m.problem_delegation_person,
  delegation_span: m.problem_delegation_span,
};
bring(PROBLEMS);
