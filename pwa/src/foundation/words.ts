/**
 * The words for what a call to the server threw. Screens show these, never a server's
 * own sentence. The tables are written out, because a look-up by a computed name would put every message of the app
 * into the first chunk.
 */
import type { ProblemCode } from '../generated/problems';
import { m } from '../generated/paraglide/messages.js';
import { ApiProblem, Unreachable } from './problem';

export type Words = (params: never) => string;

/** Ours, beside the server's: what only a phone can find. */
type OwnCode = 'not_on_this_phone' | 'unknown' | Unreachable['why'];

// What only some pages can meet: they bring these words themselves, so that the first chunk does not carry them.
export type ImportCode = Extract<ProblemCode, `import_${string}` | 'evaluation_begun' | 'too_slow'>;

export type AgreementCode = 'window_days' | 'window_until' | 'window_open' | 'window_shut' | 'agreements_none';
export type CycleCode = 'cycle_not_draft' | 'cycle_not_open' | 'cycle_period' | 'cycle_deadline' | 'cycle_empty' | 'department_unknown' | 'delegation_overlaps' | 'delegation_person' | 'delegation_span';
export type ValueCode = 'source_locked' | 'source_owner' | 'source_by_hand' | 'leave_protected' | 'key_indicator' | 'key_span' | 'batch_key_reused' | 'value_reason' | 'objection_twice' | 'objection_old' | 'objection_answered';
export type LibraryCode = 'indicator_code_taken' | 'version_not_open' | 'version_not_proposed' | 'version_not_approved' | 'version_under_way' | 'version_changed' | 'version_incomplete' | 'version_in_use' | 'return_reason' | 'influence_words' | 'influence_same_person' | 'influence_unasked' | 'output_unknown' | 'outputs_count' | 'outputs_held' | 'set_incomplete' | 'set_whom' | 'set_version' | 'set_day' | 'goal_parent' | 'goal_place' | 'goal_period' | 'goal_has_children' | 'goal_changed';
type Brought = ImportCode | AgreementCode | CycleCode | ValueCode | LibraryCode;

// A code of the server without words here, or in the page that brings them, is a type error.
const PROBLEMS: Record<Exclude<ProblemCode, Brought> | OwnCode, Words> = {
  auth_required: m.problem_auth_required,
  not_allowed: m.problem_not_allowed,
  not_found: m.problem_not_found,
  method_not_allowed: m.problem_method_not_allowed,
  not_acceptable: m.problem_not_acceptable,
  conflict: m.problem_conflict,
  precondition_failed: m.problem_precondition_failed,
  too_large: m.problem_too_large,
  unsupported_media: m.problem_unsupported_media,
  bad_request: m.problem_bad_request,
  bad_json: m.problem_bad_json,
  bad_encoding: m.problem_bad_encoding,
  invalid: m.problem_invalid,
  cross_site: m.problem_cross_site,
  too_many_requests: m.problem_too_many_requests,
  internal: m.problem_internal,
  unavailable: m.problem_unavailable,
  busy: m.problem_busy,
  storage_full: m.problem_storage_full,
  login_failed: m.problem_login_failed,
  login_delayed: m.problem_login_delayed,
  code_invalid: m.problem_code_invalid,
  weak_password: m.problem_weak_password,
  wrong_password: m.problem_wrong_password,
  author_mismatch: m.problem_author_mismatch,
  sync_malformed: m.problem_sync_malformed,
  not_on_this_phone: m.problem_not_on_this_phone,
  unknown: m.problem_unknown,
  offline: m.problem_offline,
  captive: m.problem_captive,
  server_down: m.problem_server_down,
  update_needed: m.problem_update_needed,
  protocol_too_new: m.problem_protocol_too_new,
  file_unreadable: m.problem_file_unreadable,
  file_other_plant: m.problem_file_other_plant,
  file_key_unknown: m.problem_file_key_unknown,
  file_not_theirs: m.problem_file_not_theirs,
};

const brought: Record<string, Words> = {};

/** A page that is loaded for itself adds its own. */
export function bring(words: Partial<Record<Brought, Words>>): void {
  Object.assign(brought, words);
}

/** A code that this app does not know yet still gets a true sentence. */
export function problemWords(error: unknown): string {
  if (error instanceof ApiProblem) return say(PROBLEMS, error.code, 'unknown', error.params);
  return say(PROBLEMS, error instanceof Unreachable ? error.why : 'unknown', 'unknown', {});
}

function say(table: Record<string, Words>, key: string, otherwise: string, params: Record<string, unknown>): string {
  const words = table[key] ?? brought[key] ?? table[otherwise];
  return words ? words(params as never) : key;
}
