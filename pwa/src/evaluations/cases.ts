/** Two edits that had not seen each other, in few words. Mostly two people's; sometimes one person's, on two phones. Pure. */
import { m } from '../generated/paraglide/messages.js';
import type { CaseRow } from '../sync/types';
import { pick } from '../ui/words';

export const isScore = ({ field }: Pick<CaseRow, 'field'>): boolean => field.startsWith('score/');

/** The line of a field: "score/3" is line 3. */
export const lineKey = (field: string): number => Number(field.split('/')[1]);

/** One person wrote every value that stands. */
export const ofOneAuthor = ({ candidates }: Pick<CaseRow, 'candidates'>): boolean =>
  candidates.every(({ author_id }) => author_id === candidates[0]?.author_id);

/** The sign that leads to the case. */
export function signWords(row: CaseRow): string {
  return ofOneAuthor(row) ? m.score_two_phones() : isScore(row) ? m.score_two_marks() : m.score_two_texts();
}

/** What differs, for the team's row: who gave what. `line`: the indicator's short name. */
export function disputeWords(row: CaseRow, line: string, me: string): string {
  if (!isScore(row)) return m.team_two_marks({ line, sides: signWords(row) });
  if (ofOneAuthor(row)) return m.team_two_marks({ line: m.team_two_marks({ line, sides: signWords(row) }), sides: row.candidates.map(({ value }) => value ?? '?').join(m.team_comma()) });
  const sides = row.candidates.map(({ author_id, author_zh, author_en, value }) => {
    const name = pick(author_zh, author_en);
    if (typeof value !== 'number') return name;
    return author_id === me ? m.team_you_gave({ mark: value }) : m.team_other_gave({ name, mark: value });
  });
  return m.team_two_marks({ line, sides: sides.join(m.team_comma()) });
}
