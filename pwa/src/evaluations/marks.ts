/** The scale in words. */
import { m } from '../generated/paraglide/messages.js';

/** From 1 to 5. */
export const WORDS = [m.score_mark_1, m.score_mark_2, m.score_mark_3, m.score_mark_4, m.score_mark_5];

/** 良好 of 4; empty for what is no mark of a person, as 3.4 on a straight line. */
export const markWord = (mark: number): string => WORDS[mark - 1]?.() ?? '';
