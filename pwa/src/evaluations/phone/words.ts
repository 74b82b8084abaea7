/** What a parked edit was about. A table and not `m[key]`: a name made at run time would keep every message of the
 *  project in the bundle. */
import { m } from '../../generated/paraglide/messages.js';

const FIELDS: Record<string, () => string> = {
  score: m.phone_field_score,
  comment: m.phone_field_comment,
  reason: m.phone_field_reason,
  chips: m.phone_field_comment,
  status: m.phone_field_status,
  answer: m.phone_field_answer,
  terms: m.phone_field_terms,
  voice: m.phone_field_voice,
  value: m.phone_field_value,
  objection: m.phone_field_objection,
};

export function fieldWord(field: string): string {
  return FIELDS[field.split('/')[0] ?? '']?.() ?? '';
}
