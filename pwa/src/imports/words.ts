/** Words that only the page of imports needs: they come with it and not with the first chunk. */
import { ApiProblem } from '../foundation/problem';
import { type ImportCode, problemWords } from '../foundation/words';
import { m } from '../generated/paraglide/messages.js';
import type { Import, Place, State } from './types';

const PROBLEMS: Record<ImportCode, (params: never) => string> = {
  import_state: m.problem_import_state,
  import_errors: m.problem_import_errors,
  import_plant_changed: m.problem_import_plant_changed,
  import_phones_waiting: m.problem_import_phones_waiting,
  import_choice_needed: m.problem_import_choice_needed,
  import_interrupted: m.problem_import_interrupted,
  import_broke: m.problem_import_broke,
  import_stood_upon: m.problem_import_stood_upon,
  import_files: m.problem_import_files,
  import_busy: m.problem_import_busy,
  import_forgotten: m.problem_import_forgotten,
  import_too_much: m.problem_import_too_much,
  import_preview_other: m.problem_import_preview_other,
  import_leaving: m.problem_import_leaving,
  import_last_admin: m.problem_import_last_admin,
  import_admins: m.problem_import_admins,
  import_since: m.problem_import_since,
  evaluation_begun: m.problem_evaluation_begun,
  too_slow: m.problem_too_slow,
};

export const STATES: Record<State, () => string> = {
  reading: m.import_state_reading,
  ready: m.import_state_ready,
  applying: m.import_state_applying,
  applied: m.import_state_applied,
  undoing: m.import_state_undoing,
  undone: m.import_state_undone,
  failed: m.import_state_failed,
};

export function failureWords(error: unknown): string {
  if (!(error instanceof ApiProblem) || !(error.code in PROBLEMS)) return problemWords(error);
  const said = { ...error.params };
  const state = STATES[said['state'] as State];
  if (state) said['state'] = state();
  return PROBLEMS[error.code as ImportCode](said as never);
}

/** Why the last step of an import came to nothing. */
export function whyOf(one: Import): string {
  return one.failure ? failureWords(new ApiProblem(one.failure, (one.failure_params ?? {}) as Record<string, unknown>, 409)) : '';
}

/** Where something stands, as its owner finds it: file, sheet, cell, header. */
export function whereOf({ file, sheet, row, column, header }: Place): string {
  const cell = row ? (column ? m.import_cell({ column, row }) : m.import_row({ row })) : column ? m.import_column({ column }) : '';
  return [file, sheet && m.import_sheet({ sheet }), cell, header].filter(Boolean).join(m.import_dot());
}

export function stepOf({ phase, done, total }: Import): string {
  if (phase === 'reading' && total) return m.import_phase_reading({ done, total });
  if (phase === 'planning') return m.import_phase_planning({ total });
  return phase === 'writing' && total ? m.import_phase_writing({ done, total }) : m.import_phase_start();
}

const THINGS: Record<string, () => string> = {
  person: m.import_thing_person,
  account: m.import_thing_account,
  department: m.import_thing_department,
  job: m.import_thing_job,
  assignment: m.import_thing_assignment,
  reporting_line: m.import_thing_line,
  role_grant: m.import_thing_role,
  indicator: m.import_thing_indicator,
  indicator_version: m.import_thing_indicator,
  measured_value: m.import_thing_value,
  value_change: m.import_thing_value,
  value_objection: m.import_thing_objection,
  evaluation: m.import_thing_evaluation,
};

/** What later changes stand on this import, each by what people know it by. */
export function standsOf(one: Import): string[] {
  const { stands } = (one.failure_params ?? {}) as { stands?: { table: string; key: string; how: string; on_key: string }[] };
  return [
    ...new Set(
      (stands ?? []).map(({ table, key, how, on_key: on }) => {
        const what = (THINGS[table] ?? m.import_thing_other)();
        return how === 'changed' ? m.import_stands_changed({ what, key }) : on ? m.import_stands_refers({ what, key, on }) : m.import_stands_new({ what, key });
      }),
    ),
  ];
}
