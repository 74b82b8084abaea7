/** What a case is about, in words that fit who wrote its sides. Pure. */
import { m } from '../../generated/paraglide/messages.js';
import type { CaseRow, Id } from '../../sync/types';
import { pick } from '../../ui/words';
import { isScore, ofOneAuthor } from '../cases';

/** The name of the one who wrote all sides. */
const author = ({ candidates: [first] }: CaseRow): string => pick(first?.author_zh ?? '', first?.author_en ?? '');

export function titleWords(row: CaseRow, me: Id): string {
  if (!ofOneAuthor(row)) return isScore(row) ? m.case_title() : m.case_title_text();
  if (row.candidates[0]?.author_id === me) return isScore(row) ? m.case_title_alone() : m.case_title_alone_text();
  return isScore(row) ? m.case_title_other({ name: author(row) }) : m.case_title_other_text({ name: author(row) });
}

export function baseWords(row: CaseRow): string {
  const alone = ofOneAuthor(row);
  if (row.base_value === null || row.base_value === undefined) {
    return alone ? m.case_base_alone_none() : isScore(row) ? m.case_base_none() : m.case_base_none_text();
  }
  const value = String(row.base_value);
  return alone ? m.case_base_alone({ value }) : m.case_base({ value });
}

export const waitsWords = (row: CaseRow): string => (ofOneAuthor(row) ? m.case_waits_for({ name: author(row) }) : m.case_waits());
