/** Words for what only these pages can meet. */
import { m } from '../../generated/paraglide/messages.js';
import { bring, type LibraryCode, type Words } from '../../foundation/words';

const PROBLEMS: Record<LibraryCode, Words> = {
  indicator_code_taken: m.problem_indicator_code_taken,
  version_not_open: m.problem_version_not_open,
  version_not_proposed: m.problem_version_not_proposed,
  version_not_approved: m.problem_version_not_approved,
  version_under_way: m.problem_version_under_way,
  version_changed: m.problem_version_changed,
  version_incomplete: m.problem_version_incomplete,
  version_in_use: m.problem_version_in_use,
  return_reason: m.problem_return_reason,
  influence_words: m.problem_influence_words,
  influence_same_person: m.problem_influence_same_person,
  influence_unasked: m.problem_influence_unasked,
  output_unknown: m.problem_output_unknown,
  outputs_count: m.problem_outputs_count,
  outputs_held: m.problem_outputs_held,
  set_incomplete: m.problem_set_incomplete,
  set_whom: m.problem_set_whom,
  set_version: m.problem_set_version,
  set_day: m.problem_set_day,
  goal_parent: m.problem_goal_parent,
  goal_place: m.problem_goal_place,
  goal_period: m.problem_goal_period,
  goal_has_children: m.problem_goal_has_children,
  goal_changed: m.problem_goal_changed,
};
bring(PROBLEMS);
